import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'
import { FoundDialog } from './FoundDialog.tsx'
import type { OrganizationChoice } from './organization.ts'

export default function OrganizationMenu({ choice, ...menu }: LazyMenuProps & { choice: OrganizationChoice }) {
  const words = useWords().organization
  const [isFounding, setFounding] = useState(false)
  return (
    <>
      <Menu {...menu}>
        <MenuChoices value={choice.current.id} onValueChange={choice.choose}>
          {choice.all.map(({ id, name, role }) => (
            <MenuChoice key={id} value={id}>
              <span className="flex max-w-64 min-w-0 flex-1 items-baseline justify-between gap-3">
                <span className="truncate">{name}</span>
                <span className="sr-only">, </span>
                <span className="text-xs text-muted">{words.roles[role]}</span>
              </span>
            </MenuChoice>
          ))}
        </MenuChoices>
        <MenuLine />
        <MenuItem onSelect={() => setFounding(true)}>
          <Plus aria-hidden className="size-4 text-muted" />
          {words.newOne}
        </MenuItem>
      </Menu>
      {isFounding && <FoundDialog choice={choice} onClose={() => setFounding(false)} />}
    </>
  )
}
