import { ChevronDown } from 'lucide-react'
import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'
import { useOrganization } from './organization.ts'

const OrganizationMenu = lazy(() => import('./OrganizationMenu.tsx'))

/** The organisation's name, and a menu of the others. */
export function OrganizationSwitch() {
  const words = useWords()
  const { current, all, choose } = useOrganization()
  if (all.length < 2) return <span className="min-w-0 truncate text-sm font-medium">{current.name}</span>
  return (
    <LazyMenu
      menu={OrganizationMenu}
      choice={{ current, all, choose }}
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.organization}: ${current.name}`} className="min-w-0 shrink text-ink">
          <span className="truncate">{current.name}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
        </Button>
      }
    />
  )
}
