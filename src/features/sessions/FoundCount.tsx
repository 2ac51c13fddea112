import { useEffect, useState } from 'react'
import { useWords } from '../../words/words.ts'
import type { Look } from './session-queries.ts'

/** How long the count stands still before it is said, milliseconds: not every key is worth a sentence. */
const SETTLED = 600

/** How many devices there are, or match. A screen reader is told once somebody has stopped typing. */
export function FoundCount({ look, isSearching }: { look: Look | undefined; isSearching: boolean }) {
  const { list } = useWords()
  const [told, setTold] = useState('')
  const isFiltered = look !== undefined && (look.view.query !== '' || look.view.state !== null)
  const sentence = look ? (isFiltered ? list.matching(look.total, look.all) : list.count(look.total)) : ''
  useEffect(() => {
    if (isSearching) return undefined
    const timer = setTimeout(() => setTold(sentence), SETTLED)
    return () => clearTimeout(timer)
  }, [isSearching, sentence])
  return (
    <>
      {look && look.all > 0 && (
        <span aria-hidden className="truncate text-sm text-muted tabular-nums">
          {isFiltered ? sentence : list.stateCount(look.total)}
        </span>
      )}
      <output className="sr-only">{told}</output>
    </>
  )
}
