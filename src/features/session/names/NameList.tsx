import { RefreshCw, Search, type LucideIcon } from 'lucide-react'
import { type ReactNode, useDeferredValue, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Field } from '../../../ui/field.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { useWords } from '../../../words/words.ts'
import { Blank } from '../Blank.tsx'
import { findNames, type Named } from './find-names.ts'

/** Lines that are drawn at first, and so many more each time: there may be thousands. */
const STEP = 100

type NameListProps<One> = {
  all: readonly One[]
  searchLabel: string
  /** How many there are, in words. */
  count: string
  /** How old it is, in words. */
  age: string
  isAsking: boolean
  onAskAgain: () => void
  empty: { icon: LucideIcon; title: string; hint: string }
  children: (one: One) => ReactNode
}

/** A list of people or groups that can be searched in; what they are called is their words and not ours. */
export function NameList<One extends Named>({ all, searchLabel, count, age, isAsking, onAskAgain, empty, children }: NameListProps<One>) {
  const words = useWords().session.names
  const [query, setQuery] = useState('')
  const [length, setLength] = useState(STEP)
  const sought = useDeferredValue(query)
  const found = findNames(all, sought)
  const more = Math.min(STEP, found.length - length)
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-3">
        {all.length > 0 && (
          <Field
            label={searchLabel}
            type="search"
            value={query}
            maxLength={100}
            className="w-full sm:w-72"
            onChange={(event) => {
              setQuery(event.target.value)
              setLength(STEP)
            }}
          />
        )}
        <div className="ml-auto flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 text-note text-muted">
          <output className="tabular-nums">{found.length === all.length ? count : words.found(found.length, all.length)}</output>
          <p>{age}</p>
          <Button size="small" aria-disabled={isAsking} onClick={() => isAsking || onAskAgain()}>
            {isAsking ? <Spinner className="size-3.5" /> : <RefreshCw aria-hidden className="size-3.5" />}
            {words.askAgain}
          </Button>
        </div>
      </div>
      {all.length === 0 && (
        <Blank icon={empty.icon} title={empty.title}>
          {empty.hint}
        </Blank>
      )}
      {all.length > 0 && found.length === 0 && (
        <Blank icon={Search} title={words.noMatch}>
          <bdi className="break-words">{words.noMatchHint(sought)}</bdi>
        </Blank>
      )}
      {found.length > 0 && (
        <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
          {found.slice(0, length).map((one) => (
            <li key={one.id} className="flex min-h-14 items-center gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm sm:px-5">
              {children(one)}
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <Button onClick={() => setLength(length + STEP)}>{words.showMore(more)}</Button>}
    </div>
  )
}
