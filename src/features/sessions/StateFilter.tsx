import type { EffectiveState } from '#domain/session.ts'
import { ChevronDown } from 'lucide-react'
import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'
import type { StateCounts } from './StateMenu.tsx'

const StateMenu = lazy(() => import('./StateMenu.tsx'))

type StateFilterProps = StateCounts & { state: EffectiveState | null; onChoose: (state: EffectiveState | null) => void }

/** The state that is wanted of the devices that are shown; a menu of the others, each with how many there are. */
export function StateFilter({ state, ...menu }: StateFilterProps) {
  const words = useWords()
  const chosen = state === null ? words.list.anyState : words.states[state]
  return (
    <LazyMenu
      menu={StateMenu}
      state={state}
      {...menu}
      trigger={
        <Button className="gap-1.5 px-3" aria-label={`${words.list.state}: ${chosen}`}>
          <span className="first-letter:uppercase">{chosen}</span>
          <ChevronDown aria-hidden className="-mr-0.5 size-4 text-muted" />
        </Button>
      }
    />
  )
}
