import { ChevronDown } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'
import { useOrganization } from './organization.ts'

/** The organisation's name; a menu where there is a choice. */
export function OrganizationSwitch() {
  const words = useWords()
  const { current, all, choose } = useOrganization()
  if (all.length < 2) return <span className="min-w-0 truncate text-sm font-medium">{current.name}</span>
  return (
    <Menu
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.organization}: ${current.name}`} className="min-w-0 text-ink">
          <span className="truncate">{current.name}</span>
          <ChevronDown aria-hidden className="size-4 text-muted" />
        </Button>
      }
    >
      <MenuChoices value={current.id} onValueChange={choose}>
        {all.map((organization) => (
          <MenuChoice key={organization.id} value={organization.id}>
            {organization.name}
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}
