import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import type { OrganizationChoice } from './organization.ts'

export default function OrganizationMenu({ choice, ...menu }: LazyMenuProps & { choice: OrganizationChoice }) {
  return (
    <Menu {...menu}>
      <MenuChoices value={choice.current.id} onValueChange={choice.choose}>
        {choice.all.map(({ id, name }) => (
          <MenuChoice key={id} value={id}>
            {name}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}
