import { CLEAR_REASONS } from '#domain/clearance.ts'
import { useEffect, useId, useState } from 'react'
import { OUTCOMES } from '../../lib/removal-order.ts'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'
import type { Filters } from './filters.ts'

/** How long nobody types before it is searched, milliseconds. */
const SETTLES = 250

type ActivityFiltersProps = { filters: Filters; onFilter: (filters: Filters) => void }

/** Which removals are wanted: by reason, outcome, device and period. */
export function ActivityFilters({ filters, onFilter }: ActivityFiltersProps) {
  const words = useWords()
  const text = words.activity
  const [typed, setTyped] = useState(filters.query)
  const [asked, setAsked] = useState(filters.query)
  // The address was changed elsewhere: by Back, or by "Clear filters".
  if (asked !== filters.query) {
    setAsked(filters.query)
    if (typed.trim() !== filters.query) setTyped(filters.query)
  }
  useEffect(() => {
    const query = typed.trim()
    if (query === filters.query) return undefined
    const timer = setTimeout(() => onFilter({ ...filters, query }), SETTLES)
    return () => clearTimeout(timer)
  }, [typed, filters, onFilter])
  return (
    <form
      aria-label={text.search}
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 gap-3 md:grid-cols-[minmax(0,1fr)_repeat(4,auto)]"
    >
      <Field
        className="col-span-2 md:col-span-1"
        type="search"
        label={text.search}
        placeholder={text.searchHint}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        maxLength={100}
      />
      <Choice
        label={text.reason}
        any={text.anyReason}
        values={CLEAR_REASONS}
        wordOf={words.removalReasons}
        chosen={filters.reason}
        onChoose={(reason) => onFilter({ ...filters, reason })}
      />
      <Choice
        label={text.outcome}
        any={text.anyOutcome}
        values={OUTCOMES}
        wordOf={text.outcomes}
        chosen={filters.outcome}
        onChoose={(outcome) => onFilter({ ...filters, outcome })}
      />
      <Field
        type="date"
        label={text.from}
        value={filters.from ?? ''}
        max={filters.to ?? undefined}
        onChange={(event) => onFilter({ ...filters, from: event.target.value || null })}
      />
      <Field
        type="date"
        label={text.to}
        value={filters.to ?? ''}
        min={filters.from ?? undefined}
        onChange={(event) => onFilter({ ...filters, to: event.target.value || null })}
      />
    </form>
  )
}

type ChoiceProps<Value extends string> = {
  label: string
  /** The word for no choice. */
  any: string
  values: readonly Value[]
  wordOf: Record<Value, string>
  chosen: Value | null
  onChoose: (chosen: Value | null) => void
}

/** One of some values, or any. */
function Choice<Value extends string>({ label, any, values, wordOf, chosen, onChoose }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        value={chosen ?? ''}
        onChange={(event) => onChoose(values.find((value) => value === event.target.value) ?? null)}
        className="h-10 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-base text-ink focus-visible:outline-2 focus-visible:outline-brand sm:text-sm"
      >
        <option value="">{any}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {wordOf[value]}
          </option>
        ))}
      </select>
    </div>
  )
}
