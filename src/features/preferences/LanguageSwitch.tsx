import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useLanguage } from '../../words/language.ts'
import { LANGUAGES } from '../../words/languages.ts'

const LanguageMenu = lazy(() => import('./LanguageMenu.tsx'))

/** The language that the page speaks; a menu of the others. */
export function LanguageSwitch() {
  const { code, words } = useLanguage()
  const short = code.slice(0, 2).toUpperCase()
  return (
    <LazyMenu
      menu={LanguageMenu}
      trigger={
        <Button look="ghost" size="small" className="px-2" aria-label={`${short}, ${words.nav.language}: ${LANGUAGES[code]}`}>
          {short}
        </Button>
      }
    />
  )
}
