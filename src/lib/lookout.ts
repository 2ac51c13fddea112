/** Hints that come so close together are one, milliseconds. */
const SETTLES = 150
/** However many hints come: the least time between two looks, milliseconds. */
const APART = 600

export type Lookout = {
  /** Something may have changed. */
  hint: () => void
  /** Something did, here: looks at once, or again at once where it looks already. */
  now: () => void
  stop: () => void
}

/**
 * Looks again when it is hinted that something changed: soon, never twice at a time, and never as often as a busy organisation
 * changes. What comes while it looks is one more look, for the answer may be older. A page that nobody sees looks when it is seen.
 * `look` does not reject.
 */
export function createLookout(look: () => Promise<unknown>): Lookout {
  let isHinted = false
  let isUrgent = false
  let isLooking = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  const schedule = () => {
    if (!isHinted || isLooking || timer !== undefined) return
    if (document.visibilityState === 'hidden' && !isUrgent) return
    timer = setTimeout(() => void run(), isUrgent ? 0 : Math.max(SETTLES, lookedAt + APART - Date.now()))
  }
  const run = async () => {
    timer = undefined
    isHinted = false
    isUrgent = false
    isLooking = true
    lookedAt = Date.now()
    try {
      await look()
    } finally {
      isLooking = false
      schedule()
    }
  }
  document.addEventListener('visibilitychange', schedule)
  return {
    hint: () => {
      isHinted = true
      schedule()
    },
    now: () => {
      isHinted = true
      isUrgent = true
      clearTimeout(timer)
      timer = undefined
      schedule()
    },
    stop: () => {
      isHinted = false
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', schedule)
    },
  }
}
