import { EFFECTIVE_STATES, type EffectiveState } from '#domain/session.ts'
import { cx } from '../../ui/cx.ts'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuChoice, MenuChoices } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'

/** How many devices the search finds, by state. */
export type StateCounts = { counts: Partial<Record<EffectiveState, number>> }

type StateMenuProps = LazyMenuProps & StateCounts & { state: EffectiveState | null; onChoose: (state: EffectiveState | null) => void }

const ANY = 'any'

/** Every state with how many devices are in it: a state of which there is none can be chosen all the same, for there may be soon. */
export default function StateMenu({ counts, state, onChoose, ...menu }: StateMenuProps) {
  const { states, list } = useWords()
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return (
    <Menu {...menu}>
      <MenuChoices value={state ?? ANY} onValueChange={(chosen) => onChoose(EFFECTIVE_STATES.find((one) => one === chosen) ?? null)}>
        <MenuChoice value={ANY}>
          <Counted label={list.anyState} count={list.stateCount(all)} isChosen={state === null} />
        </MenuChoice>
        {EFFECTIVE_STATES.map((one) => (
          <MenuChoice key={one} value={one}>
            <Counted label={states[one]} count={list.stateCount(counts[one] ?? 0)} isChosen={state === one} />
          </MenuChoice>
        ))}
      </MenuChoices>
    </Menu>
  )
}

function Counted({ label, count, isChosen }: { label: string; count: string; isChosen: boolean }) {
  return (
    <span className="flex flex-1 justify-between gap-6">
      <span className="first-letter:uppercase">{label}</span>
      {/* The tick stands beside one; the numbers stand below each other. */}
      <span className={cx('text-muted tabular-nums', !isChosen && 'mr-6')}>{count}</span>
    </span>
  )
}
