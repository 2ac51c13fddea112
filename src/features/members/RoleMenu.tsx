import { type Role, ROLES } from '../../lib/roles.ts'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'

type RoleMenuProps = { role: Role; onChoose: (role: Role) => void }

/** The roles, each with what it may do. */
export default function RoleMenu({ role, onChoose, ...menu }: LazyMenuProps & RoleMenuProps) {
  const words = useWords()
  return (
    <Menu {...menu}>
      <MenuChoices
        value={role}
        onValueChange={(value) => {
          const chosen = ROLES.find((one) => one === value)
          if (chosen && chosen !== role) onChoose(chosen)
        }}
      >
        {ROLES.map((one) => (
          <MenuChoice key={one} value={one}>
            <span className="max-w-64 py-1.5">
              <span className="block font-medium">{words.organization.roles[one]}</span>
              <span className="block text-note text-muted">{words.members.may[one]}</span>
            </span>
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}
