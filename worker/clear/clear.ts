import { IS_LINKED } from '#domain/session.ts'
import type { ClearOrder, Receipt, RemoteUnlink } from '#domain/clearance.ts'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Fleet } from '../fleet/fleet.ts'
import { NotHeld } from '../fleet/mirror.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { Fenced, Session } from '../session/session.ts'
import type { Identity } from '../store/credential-file.ts'
import type { Ledger } from '../store/ledger.ts'
import { StorageError } from '../store/storage-error.ts'
import type { Tombstone, Tombstones } from '../store/tombstones.ts'
import type { WhatsApp } from '../whatsapp/port.ts'
import { eraseAgain, eraseAll, mergeFindings, survey } from './erase.ts'
import type { Places } from './erase.ts'
import { createPatience } from './patience.ts'
import { sealReceipt } from './receipt.ts'
import { unlinkDevice } from './unlink.ts'

/** Receipts and outcomes kept in memory for callers that ask again. */
const REMEMBERED = 500

/**
 * Carries out orders to clear (rules CLR-1 to CLR-13). `accept` has made the session gone when it returns: tombstone on disk, session
 * fenced, everything erased, all in one synchronous stretch that nothing can interleave. What follows takes time and may be
 * interrupted: unlinking at WhatsApp, the receipt, the report. A new generation may link meanwhile.
 */
export type ClearEngine = {
  /** The receipt, once the database has it. The same order, asked again, is the same clear. Rejects when it has to be tried again. */
  accept(order: ClearOrder, gone?: boolean): Promise<Receipt>
  /**
   * Takes up every clear that was interrupted or could not be reported. `open`: the orders that the database holds open; a tombstone
   * whose order is not among them is asked about ever more rarely, and goes on forbidding (FOL-14).
   */
  resume(open?: ReadonlySet<string>): void
  /** The receipt of an order that was completed in this process's life, and whose it is. */
  receiptOf(orderId: string): Completed | null
  /** The same, once an order that is under way has ended. Never rejects. */
  settled(orderId: string): Promise<Completed | null>
  /** Whether all that an order covers was erased here. Until then the disk refuses, and nothing newer may take the place. */
  isGone(orderId: string): boolean
  /** How many orders it holds in memory: those without a receipt in the database, and the last that were completed. */
  remembered(): { open: number; completed: number }
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

type Options = {
  whatsapp: WhatsApp
  database: Database
  clock: Clock
  log: Log
  places: Places
  tombstones: Tombstones
  ledger: Ledger
  fleet: Pick<Fleet, 'clear' | 'mayResume'>
  supervisor: Pick<Supervisor, 'held' | 'fence' | 'rowOf'>
  unlinkMs: number
}

export type Completed = { organizationId: string; receipt: Receipt }
/** What the synchronous part hands to the rest. */
type Erased = { tombstone: Tombstone; fenced: Fenced | null; creds: string | null; resumed: boolean }

export function createClearEngine(options: Options): ClearEngine {
  const { whatsapp, database, clock, log, places, tombstones, ledger, fleet, supervisor, unlinkMs } = options
  const patience = createPatience(clock)
  const underWay = new Map<string, Promise<Receipt>>()
  const completed = new Map<string, Completed>()
  /** Orders that began in this process: their tombstones are no sign of a crash. Forgotten with the tombstone, as is what follows. */
  const begun = new Set<string>()
  /** Orders that did their erasing and have no receipt in the database yet. */
  const goneOrders = new Set<string>()
  /** Orders that wait for the disk. What they cover is evidence for them: no later order of the session may erase it before (CLR-13). */
  const refused = new Map<string, ClearOrder>()
  /** How the last unlink of a session went, for a second order that finds nothing left to unlink. */
  const unlinks = new Map<string, { maxGeneration: number; went: Promise<RemoteUnlink> }>()

  /** Steps 1 to 3: tombstone, fence, erase, verify. Synchronous on purpose. */
  const erase = (order: ClearOrder): Erased => {
    const { id, session_id, max_generation } = order
    const before = tombstones.get(id)
    const resumed = before !== null && !begun.has(id)
    begun.add(id)
    const held = supervisor.held(session_id, max_generation)
    const covered = held?.covered ? { identity: readIdentity(held.session) } : null
    const hasErased = before !== null && (goneOrders.has(id) || before.remoteUnlink !== null || before.receipt !== null)
    const found = survey(order, places, covered, held !== null && !held.covered, lastKnownLink(order), hasErased)
    const findings = before ? mergeFindings(before.findings, found.findings) : found.findings
    const tombstone: Tombstone = before
      ? { ...before, findings }
      : { version: 1, order, startedAt: isoTime(clock), findings, remoteUnlink: null, receipt: null }
    tombstones.put(tombstone)
    const fenced = supervisor.fence(session_id, max_generation)
    try {
      if (hasErased) eraseAgain(order, places, found.erasesCredentials)
      else eraseAll(order, places, found.erasesCredentials)
      goneOrders.add(id)
    } catch (error) {
      fenced?.socket?.terminate()
      throw error
    }
    return { tombstone, fenced, creds: found.creds, resumed }
  }

  /** Of several orders of a session, the earlier first. */
  const eraseInTurn = (order: ClearOrder): Erased => {
    const earlier = [...refused.values()].find((one) => one.session_id === order.session_id && isBefore(one, order))
    refused.set(order.id, order)
    if (earlier) throw new StorageError('failed', `an earlier order of the session waits for the disk: ${earlier.id}`)
    const erased = erase(order)
    refused.delete(order.id)
    return erased
  }

  /** For an order that finds no credentials: whether the session was linked, as far as anybody knows. */
  const lastKnownLink = ({ session_id, max_generation, reason, phone_number }: ClearOrder): boolean | null => {
    // Cleared before, by a word that was never told: nobody knows any more whether a phone was linked, nor how its unlink went.
    if (ledger.clearedUpTo(session_id) >= max_generation) return null
    if (reason === 'cancel' || reason === 'purge' || phone_number === null) return false
    const row = supervisor.rowOf(session_id)
    return row && row.generation <= max_generation && !IS_LINKED[row.status] ? false : null
  }

  /** Step 4: at most `unlinkMs`. What cannot be known is `unconfirmed`. */
  const unlink = async ({ tombstone, fenced, creds }: Erased, gone: boolean): Promise<RemoteUnlink> => {
    const { findings, order } = tombstone
    if (tombstone.remoteUnlink) return tombstone.remoteUnlink
    if (gone) {
      fenced?.socket?.terminate()
      return 'confirmed'
    }
    const live = fenced?.socket ?? null
    if (creds !== null || live) {
      return (await unlinkDevice({ whatsapp, clock, live, creds, ms: unlinkMs })) ? 'confirmed' : 'unconfirmed'
    }
    // A second order for the same session says how the first went: an admin who was told to unlink on the phone is told again.
    const earlier = findings.generations.length === 0 ? unlinks.get(order.session_id) : undefined
    if (earlier && (findings.linked === false || !mayHaveLinkedAfter(earlier.maxGeneration, order))) return earlier.went
    return findings.linked === false ? 'not_linked' : 'unconfirmed'
  }

  /** Whether a generation that an order covers can have been linked after a clear up to `maxGeneration`. */
  const mayHaveLinkedAfter = (maxGeneration: number, order: ClearOrder): boolean => {
    if (order.max_generation <= maxGeneration) return false
    const row = supervisor.rowOf(order.session_id)
    return row === null || row.generation > maxGeneration
  }

  const carryOut = async (order: ClearOrder, gone: boolean): Promise<Receipt> => {
    const erased = eraseInTurn(order)
    let { tombstone } = erased
    if (!tombstone.receipt) {
      // What was set aside unread may be another link: nobody can confirm that it is gone (CLR-5).
      const othersAside = tombstone.findings.othersAside
      const unlinking = unlink(erased, gone).then((went) => (othersAside && went === 'confirmed' ? 'unconfirmed' : went))
      if (erased.creds !== null || erased.fenced?.socket || gone)
        remember(unlinks, order.session_id, { maxGeneration: order.max_generation, went: unlinking })
      // Where the credentials are at home elsewhere they go there at the same time: neither waits for the other's peer.
      const [went, home] = await Promise.allSettled([unlinking, fleet.clear(order, tombstone.findings)])
      if (went.status === 'rejected') throw went.reason
      if (home.status === 'rejected') {
        tombstones.put({ ...tombstone, remoteUnlink: went.value })
        throw home.reason
      }
      const findings = mergeFindings(home.value, tombstone.findings)
      const remoteUnlink = went.value === 'not_linked' && findings.linked !== false ? 'unconfirmed' : went.value
      tombstone = { ...tombstone, findings, remoteUnlink }
      tombstone = { ...tombstone, receipt: receiptFor(erased, remoteUnlink) }
      tombstones.put(tombstone)
    }
    if (!tombstone.receipt) throw new Error('a clear without a receipt')
    // Before anybody is told that it is gone: what is told must hold against every backup (LED-1).
    ledger.record({ session: order.session_id, generation: order.max_generation, reason: order.reason, at: isoTime(clock) })
    const stored = await database.completeOrder(order.id, tombstone.receipt)
    // Only now, with the receipt in the database, may the tombstone go.
    tombstones.remove(tombstone)
    patience.forget(order.id)
    begun.delete(order.id)
    goneOrders.delete(order.id)
    remember(completed, order.id, { organizationId: order.organization_id, receipt: stored })
    log.info({ order: order.id, session: order.session_id, remoteUnlink: stored.remoteUnlink }, 'cleared')
    return stored
  }

  const receiptFor = ({ tombstone, fenced, resumed }: Erased, remoteUnlink: RemoteUnlink): Receipt =>
    sealReceipt({
      orderId: tombstone.order.id,
      sessionId: tombstone.order.session_id,
      generations: tombstone.findings.generations,
      reason: tombstone.order.reason,
      startedAt: tombstone.startedAt,
      finishedAt: isoTime(clock),
      remoteUnlink,
      removed: { ...tombstone.findings.removed, memory: { socket: fenced?.hadSocket ?? false, timers: fenced?.timers ?? 0 } },
      verifiedAbsent: true,
      resumedAfterCrash: resumed,
    })

  const accept = (order: ClearOrder, gone = false): Promise<Receipt> => {
    // Open again: it was read before its receipt was stored, or the database was restored to before that.
    const done = completed.get(order.id)
    if (done) return database.completeOrder(order.id, done.receipt)
    const same = underWay.get(order.id)
    if (same) return same
    const clearing = carryOut(order, gone)
    underWay.set(order.id, clearing)
    clearing
      .catch(async (error: unknown) => {
        // Who holds the session now carries it out.
        if (error instanceof NotHeld)
          return log.warn({ order: order.id, session: order.session_id }, 'a clear is for another worker by now')
        log.error({ order: order.id, session: order.session_id, error: reasonOf(error) }, 'a clear has to be tried again')
        await database.failOrder(order.id, reasonOf(error)).catch(() => log.debug({}, 'the failure could not be reported either'))
      })
      .finally(() => underWay.delete(order.id))
    return clearing
  }

  return {
    accept,
    resume(open) {
      // One that vanished is waited for by nobody.
      if (open) for (const id of refused.keys()) if (!open.has(id)) refused.delete(id)
      tombstones.reread()
      for (const { order } of tombstones.all()) {
        if (!fleet.mayResume(order)) continue
        if (!open || open.has(order.id) || patience.isDue(order.id)) void accept(order).catch(() => {})
      }
    },
    isGone: (orderId) => goneOrders.has(orderId) || completed.has(orderId),
    remembered: () => ({ open: new Set([...begun, ...goneOrders]).size, completed: completed.size }),
    receiptOf: (orderId) => completed.get(orderId) ?? null,
    async settled(orderId) {
      await underWay.get(orderId)?.catch(() => {})
      return completed.get(orderId) ?? null
    },
    async idle() {
      await Promise.allSettled(underWay.values())
    },
  }
}

/** `null` where the running session's file cannot be read: it is erased all the same. */
function readIdentity(session: Session): Identity | null {
  try {
    return session.identity()
  } catch {
    return null
  }
}

/** As the database lists them. */
function isBefore(one: ClearOrder, other: ClearOrder): boolean {
  return one.requested_at < other.requested_at || (one.requested_at === other.requested_at && one.id < other.id)
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value)
  const oldest = map.keys().next()
  if (map.size > REMEMBERED && !oldest.done) map.delete(oldest.value)
}
