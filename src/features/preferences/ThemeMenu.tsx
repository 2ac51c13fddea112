import { chooseTheme, THEMES, useTheme } from '../../lib/theme.ts'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'

export default function ThemeMenu(props: LazyMenuProps) {
  const { nav } = useWords()
  return (
    <Menu {...props}>
      <MenuChoices value={useTheme()} onValueChange={(chosen) => chooseTheme(THEMES.find((one) => one === chosen) ?? 'system')}>
        {THEMES.map((one) => (
          <MenuChoice key={one} value={one}>
            {nav.themes[one]}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}
