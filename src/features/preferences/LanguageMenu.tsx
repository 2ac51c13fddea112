import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import { useLanguage } from '../../words/language.ts'
import { LANGUAGE_CODES, LANGUAGES } from '../../words/languages.ts'

export default function LanguageMenu(props: LazyMenuProps) {
  const { code, choose } = useLanguage()
  return (
    <Menu {...props}>
      <MenuChoices value={code} onValueChange={(chosen) => choose(LANGUAGE_CODES.find((one) => one === chosen) ?? code)}>
        {LANGUAGE_CODES.map((one) => (
          <MenuChoice key={one} value={one}>
            <span lang={one}>{LANGUAGES[one]}</span>
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}
