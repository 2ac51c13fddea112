import { EFFECTIVE_STATES, type EffectiveState } from '#domain/session.ts'
import { useCallback, useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { ListView } from './session-queries.ts'

/** How long after the last key the address follows, milliseconds: browsers refuse addresses that change with each key. */
const SETTLED = 250
/** Reading begins at multiples of this, so that a scrolled list asks only now and then. */
const STEP = 50

/** What is searched for, and what may be done about it. */
export type ListFilter = {
  query: string
  state: EffectiveState | null
  search: (query: string) => void
  choose: (state: EffectiveState | null) => void
  clear: () => void
  /** Has the address follow at once: what was typed is to be there when somebody comes back. */
  settle: () => void
}

/** Says which row is in the middle of what is seen, and of which view: what is seen may still be of the search before. */
export type ShowAround = (index: number, seen: ListView) => void

/**
 * Which sessions are looked at. The search and the state stand in the address (`?q=…&state=…`), so that they survive a reload, and the
 * way back leads to what was seen.
 */
export function useListView(): { filter: ListFilter; view: ListView; showAround: ShowAround } {
  const [params, setParams] = useSearchParams()
  const inAddress = params.get('q') ?? ''
  const state = EFFECTIVE_STATES.find((one) => one === params.get('state')) ?? null
  const [typed, setTyped] = useState(inAddress)
  const [followed, setFollowed] = useState(inAddress)
  // Somebody went back or forward.
  if (followed !== inAddress) {
    setFollowed(inAddress)
    setTyped(inAddress)
  }

  const settle = useCallback(() => {
    if (typed !== inAddress) setParams((before) => changed(before, { q: typed }), { replace: true })
  }, [inAddress, setParams, typed])
  useEffect(() => {
    const timer = setTimeout(settle, SETTLED)
    return () => clearTimeout(timer)
  }, [settle])

  const choose = useCallback(
    (chosen: EffectiveState | null) => setParams((before) => changed(before, { q: typed, state: chosen })),
    [setParams, typed],
  )
  const clear = useCallback(() => {
    setTyped('')
    setParams((before) => changed(before, { q: null, state: null }))
  }, [setParams, setTyped])

  const query = typed.trim()
  const key = keyOf({ query, state })
  const [middle, setMiddle] = useState<Middle>({ key, offset: 0 })
  const offset = middle.key === key ? middle.offset : 0
  const showAround = useCallback<ShowAround>((index, seen) => setMiddle((before) => around(keyOf(seen), index, before)), [])
  return { filter: { query: typed, state, search: setTyped, choose, clear, settle }, view: { query, state, offset }, showAround }
}

function keyOf({ query, state }: Pick<ListView, 'query' | 'state'>): string {
  return `${state} ${query}`
}

type Middle = { key: string; offset: number }

/** Where reading is to begin so that `index` stands well within what is read; the same place as long as it still does. */
function around(key: string, index: number, before: Middle): Middle {
  const offset = before.key === key ? before.offset : 0
  const depth = index - offset
  if (depth <= STEP * 1.6 && (depth >= STEP * 0.4 || offset === 0)) return before.key === key ? before : { key, offset }
  return { key, offset: Math.max(0, Math.round(index / STEP - 1) * STEP) }
}

/** The address with some of it changed; what is empty is left out. */
function changed(params: URLSearchParams, changes: Record<string, string | null>): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  return next
}
