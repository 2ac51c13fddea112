import { ChevronDown } from 'lucide-react'
import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'
import { useOrganization } from './organization.ts'

const OrganizationMenu = lazy(() => import('./OrganizationMenu.tsx'))

/** The organisation's name, and a menu of the others and of a new one. */
export function OrganizationSwitch() {
  const words = useWords()
  const choice = useOrganization()
  const { name } = choice.current
  return (
    <LazyMenu
      menu={OrganizationMenu}
      choice={choice}
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.organization}: ${name}`} className="min-w-0 shrink text-ink">
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
        </Button>
      }
    />
  )
}
