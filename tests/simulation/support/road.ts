import { Look, SnapshotChanges } from '#domain/snapshot.ts'
import { createSnapshots, DatabaseError, READS_TO_A_WHOLE } from '../../../worker/database.ts'
import type { Database } from '../../../worker/database.ts'
import type { WorkerStore } from '../../../worker/store/data-folder.ts'
import type { Life } from './life.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Random } from './random.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import type { Steps } from './steps.ts'

export const SNAPSHOT_DAMAGES = ['cut', 'hollow', 'empty', 'foreign', 'crowded'] as const
export type SnapshotDamage = (typeof SNAPSHOT_DAMAGES)[number]

/** The way to the database, as long and as bad as a history wants it. */
export type RoadState = {
  /** Nothing comes through. */
  isDown: boolean
  /** How long a message takes at most, milliseconds. */
  latencyMs: number
  /** What becomes of the next snapshots. */
  damages: SnapshotDamage[]
  /** Whether any call failed so far. */
  hasFailed: boolean
}

/** How long a call may take, milliseconds. */
const TIMEOUT_MS = 8000
const FOREIGN_INSTANCE = '99999999-9999-4999-8999-999999999999'

type Options = {
  life: Life
  clock: SimulatedClock
  steps: Steps
  random: Random
  state: RoadState
  worker: ModelDatabase['worker']
  store: WorkerStore
  /** A receipt is stored. */
  onStored: (call: string) => void
}

/** The database as one life of the worker reaches it: each call is a step, takes a while each way, and can fail on either. */
export function createRoad({ life, clock, steps, random, state, worker, store, onStored }: Options): Database {
  const call = <T>(name: string, target: string, changes: boolean, ask: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const answer = (ms: number, then: () => void): void => void clock.after(ms, () => life.run(then))
      const fail = (ms: number, message: string): void => {
        state.hasFailed = true
        answer(ms, () => reject(new DatabaseError(name, message)))
      }
      const latency = (): number => random.between(1, state.latencyMs)
      // A dead process gets no answer, not even a refusal.
      if (!life.isAlive()) return
      let fault: ReturnType<Steps['before']>
      try {
        fault = steps.before(life, { kind: 'database', call: name, target, changes })
      } catch {
        return
      }
      if (state.isDown || fault === 'lost_request') return fail(random.pick([latency(), TIMEOUT_MS]), 'the road is closed')
      if (fault === 'late') {
        clock.after(TIMEOUT_MS + random.between(1, 12_000), () => void attempt(ask))
        return fail(TIMEOUT_MS, 'timed out')
      }
      clock.after(latency(), () => {
        if (!life.isAlive()) steps.heardLate()
        const outcome = attempt(ask)
        if (outcome.ok) onStored(name)
        if (fault === 'lost_answer') return fail(TIMEOUT_MS, 'no answer')
        answer(latency(), () => (outcome.ok ? resolve(outcome.value) : reject(new DatabaseError(name, outcome.error.message))))
      })
      if (fault === 'crash_after') life.crash()
    })

  // What is damaged is so however often it is read for one snapshot.
  let [isDamageNext, damage]: [boolean, SnapshotDamage | undefined] = [false, undefined]
  const readSnapshot = createSnapshots(
    (since) =>
      call('snapshot', '', false, () => {
        if (isDamageNext) damage = state.damages.shift()
        isDamageNext = false
        return SnapshotChanges.parse(damaged(worker.snapshot(since), damage))
      }),
    READS_TO_A_WHOLE[store],
  )

  return {
    snapshot() {
      isDamageNext = true
      return readSnapshot()
    },
    look: (id) => call('look', id, false, () => Look.parse(worker.look(id))),
    heartbeat: (beat) => call('heartbeat', '', true, () => worker.heartbeat(beat)),
    touch: (ids) => call('touch', ids.join(), true, () => worker.touch(ids)),
    observe: (observation) => call('observe', observation.sessionId, true, () => worker.observe(observation)),
    linked: (id, generation, phone, token) => call('linked', id, true, () => worker.linked(id, generation, phone, token)),
    unlinked: (id, generation, reason, token) => call('unlinked', id, true, () => worker.unlinked(id, generation, reason, token)),
    completeOrder: (id, receipt) => call('completeOrder', id, true, () => worker.completeOrder(id, receipt)),
    failOrder: (id, error) => call('failOrder', id, true, () => worker.failOrder(id, error)),
    shelve: (changes) => call('shelve', changes[0]?.sessionId ?? '', true, () => worker.shelve(changes)),
    unshelve: (id, token, sequence) => call('unshelve', id, false, () => worker.unshelve(id, token, sequence)),
    clearShelf: (id, token, findings) => call('clearShelf', id, true, () => worker.clearShelf(id, token, findings)),
    release: (leases) => call('release', '', true, () => worker.release(leases)),
    note: (boot, notes) => call('note', '', true, () => worker.note(boot, notes)),
    purge: () => call('purge', '', true, () => worker.purge()),
  }
}

function attempt<T>(ask: () => T): { ok: true; value: T } | { ok: false; error: Error } {
  try {
    return { ok: true, value: ask() }
  } catch (error) {
    return { ok: false, error: error as Error }
  }
}

/** `cut`: half a list. `hollow`: lists are missing, counts are not. `empty`: a database that shows nothing. `foreign`: another's.
 * `crowded`: too much for one worker, by what others hold. */
function damaged(snapshot: SnapshotChanges, damage: SnapshotDamage | undefined): SnapshotChanges {
  switch (damage) {
    case undefined:
      return snapshot
    case 'cut':
      return { ...snapshot, session_count: snapshot.session_count + 1 }
    case 'hollow':
      return { ...snapshot, sessions: [], orders: [], session_count: snapshot.session_count + 1 }
    case 'empty':
      return { ...snapshot, sessions: [], orders: [], session_count: 0, change_sum: 0, order_count: 0 }
    case 'foreign':
      return { ...snapshot, instance_id: FOREIGN_INSTANCE, sessions: [], session_count: 0, change_sum: 0 }
    case 'crowded':
      return { ...snapshot, surplus: 1000 }
  }
}
