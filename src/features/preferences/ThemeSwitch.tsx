import { Monitor, Moon, Sun } from 'lucide-react'
import { lazy } from 'react'
import { type Theme, useTheme } from '../../lib/theme.ts'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'

const ThemeMenu = lazy(() => import('./ThemeMenu.tsx'))
const ICONS: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon }

/** Light, dark, or as the browser prefers. */
export function ThemeSwitch() {
  const { nav } = useWords()
  const theme = useTheme()
  const Icon = ICONS[theme]
  return (
    <LazyMenu
      menu={ThemeMenu}
      trigger={
        <Button look="ghost" size="icon" aria-label={`${nav.theme}: ${nav.themes[theme]}`}>
          <Icon aria-hidden className="size-[18px]" />
        </Button>
      }
    />
  )
}
