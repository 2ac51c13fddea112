import type { Cancel } from '../clock.ts'
import type { Told } from './merge.ts'

/** What the phone tells comes in bursts: within this time it is gathered and written once, milliseconds. */
const GATHER_MS = 1000
/** What a known person calls itself comes with each of its messages, mostly unchanged: that can wait, milliseconds. */
const PUSH_NAMES_MS = 60_000
/** How many events are gathered at most before they are written. */
const MAX_GATHERED = 100

/** Gathers what the phone tells of one running session. Holds nothing between bursts. */
export type NameBuffer = {
  add(told: Told): void
  /** Writes what is gathered, now. */
  flush(): void
  /** The fence: what is gathered is forgotten, and nothing is written any more. */
  drop(): void
}

/** `after`: a timer that ends with the session. `write`: keeps them on disk; must not throw. */
export function createNameBuffer(after: (ms: number, run: () => void) => Cancel, write: (told: Told) => void): NameBuffer {
  let gathered: Told[] = []
  let cancel: Cancel = () => {}
  let hasUrgent = false
  let dropped = false
  const flush = (): void => {
    cancel()
    const told = gathered
    gathered = []
    hasUrgent = false
    if (told.length === 0 || dropped) return
    write({
      groups: told.flatMap(({ groups }) => groups),
      contacts: told.flatMap(({ contacts }) => contacts),
      changes: told.flatMap(({ changes }) => changes),
    })
  }
  return {
    add(told) {
      if (dropped) return
      const isUrgent = !isOfPushNames(told)
      if (gathered.length === 0 || (isUrgent && !hasUrgent)) {
        cancel()
        cancel = after(isUrgent ? GATHER_MS : PUSH_NAMES_MS, flush)
      }
      hasUrgent ||= isUrgent
      gathered.push(told)
      if (gathered.length >= MAX_GATHERED) flush()
    },
    flush,
    drop() {
      dropped = true
      gathered = []
      cancel()
    },
  }
}

function isOfPushNames({ groups, contacts, changes }: Told): boolean {
  return (
    groups.length + contacts.length === 0 &&
    changes.every(({ name, phoneNumber, id }) => name === null && (phoneNumber === null || !id.endsWith('@lid')))
  )
}
