import type { Result } from '#domain/errors.ts'
import type { PairingCode } from '#domain/pairing.ts'
import { IS_LINKED } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import type { ClearOrder } from '#domain/clearance.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Observer } from '../metrics/observer.ts'
import type { Vault } from '../seal/vault.ts'
import type { Backups } from '../store/backups.ts'
import type { DataFolder } from '../store/data-folder.ts'
import type { Home } from '../store/home.ts'
import type { NamesFile } from '../store/names.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Tombstones } from '../store/tombstones.ts'
import type { Receipt, WhatsApp } from '../whatsapp/port.ts'
import { createBackUp } from './back-up.ts'
import { refuseCode } from './code-desk.ts'
import { decide } from './decide.ts'
import type { Action } from './decide.ts'
import { createEntries, running } from './entries.ts'
import type { Entry } from './entries.ts'
import type { LinkBoard, Qr } from './link-board.ts'
import type { LinkLimit } from './link-limit.ts'
import { createFarewell } from './farewell.ts'
import { lookupsOf } from './lookups.ts'
import { memoryOf } from './memory.ts'
import { createObservations } from './observations.ts'
import { onDisk, setAsideOther } from './on-disk.ts'
import { createRowWords } from './row-words.ts'
import { createStarts } from './starts.ts'
import type { Fenced } from './session.ts'
import type { SessionSettings } from './surroundings.ts'

export type SupervisorOptions = {
  whatsapp: WhatsApp
  database: Database
  clock: Clock
  log: Log
  data: DataFolder
  vault: Vault
  quarantine: Quarantine
  tombstones: Tombstones
  backups: Backups
  names: NamesFile
  home: Home
  /** Whether a connection of a session may be opened now. */
  mayOpen(sessionId: string): boolean
  timeline: Timeline
  settings: SessionSettings & { startConcurrency: number; maxPages: number; backupEveryMs: number | null }
  linkLimit: LinkLimit
  observer: Observer
  /** A row's state may have changed behind the worker's back: look at it. */
  look(sessionId: string): void
  /** A session is logged in. */
  online(sessionId: string): void
  /** WhatsApp says how far texts of a session came. */
  receipt(sessionId: string, receipt: Receipt): void
  /** An order that arose here. `gone`: WhatsApp said itself that the device is gone. */
  clear(order: ClearOrder, gone: boolean): void
}

type Outcome = 'done' | 'missing' | 'unjudged'
/** All sessions of this worker: at most one running session for each row, and that one only as the row wants it. */
export type Supervisor = ReturnType<typeof createSupervisor>

export function createSupervisor(options: SupervisorOptions) {
  const { database, clock, log, data, quarantine, tombstones, backups, linkLimit, settings } = options
  const entries = createEntries()
  const { changed } = entries
  const observations = createObservations({ database, clock, log, onStored: entries.touched, onGone: options.look })
  let closed = false
  const { leave, reportDamaged } = createFarewell({ ...options, observations, changed, isClosed: () => closed })
  const backUp = createBackUp({ backups, clock, log, everyMs: settings.backupEveryMs, ended: options.observer.backupEnded })
  const { reconcile, reportOffline } = createRowWords({ database, log, observations, entries })

  const diskOf = (entry: Entry, row: SessionIntent) =>
    onDisk(entry, row, {
      data,
      vault: options.vault,
      quarantine,
      backups,
      names: options.names,
      timeline: options.timeline,
      tombstones,
      log,
      maxPages: settings.maxPages,
    })
  const { beginLink, refuseLink, resume } = createStarts({
    ...options,
    entries,
    observations,
    diskOf,
    backUp,
    leave,
    reportDamaged,
    isClosed: () => closed,
  })

  const actionFor = (entry: Entry, row: SessionIntent, takenAt: string): Action => {
    const current = running(entry)
    return decide(row, takenAt, {
      running: !current ? 'no' : current.isLinked() ? 'linked' : 'linking',
      answered: entry.answered,
      forbidden: tombstones.forbids(row.id, row.generation),
      credentials() {
        const found = diskOf(entry, row)
        if (found.state === 'whole') return found.linked ? 'linked' : 'never_linked'
        return found.state === 'absent' ? 'absent' : 'damaged'
      },
    })
  }

  const act = (entry: Entry, row: SessionIntent, action: Action): Outcome => {
    switch (action) {
      case 'leave':
        reconcile(entry, row)
        break
      case 'stop':
        running(entry)?.stop(row.status !== 'disconnected')
        break
      case 'mark_stopped':
        observations.report({ sessionId: row.id, generation: row.generation, status: 'stopped', reason: null })
        break
      case 'mark_fenced':
        observations.report({ sessionId: row.id, generation: row.generation, status: 'stopped', reason: 'storage_failed' })
        break
      case 'begin_link':
        entry.heldBack = !linkLimit.take(row)
        // Not answered: each pass looks anew, for as long as the request is fresh.
        if (!entry.heldBack) beginLink(entry, row)
        break
      case 'refuse_link':
        log.error({ session: row.id }, 'no link could be begun: a tombstone forbids it')
        refuseLink(entry, row)
        break
      case 'keep_link':
        entry.answered = row.link_requested_at
        break
      case 'login':
        resume(entry, row, 'login')
        break
      case 'confirm_link':
        resume(entry, row, 'confirmThenLogin')
        break
      case 'report_missing':
        return 'missing'
    }
    return 'done'
  }

  return {
    ...lookupsOf(entries, clock),
    memory: memoryOf(entries),

    /**
     * Makes a row so. `missing`: the row says linked, but there are no credentials; whoever read the row decides whether to say so.
     * `unjudged`: nobody can say now, since a word of it is under way, or the disk refused.
     */
    apply(row: SessionIntent, takenAt: string): Outcome {
      const entry = entries.of(row.id)
      if (closed || entry.leaving) return 'unjudged'
      const word = observations.waiting(row.id)
      if (word) {
        // A database that forgot the link refuses such a word for ever: it is told of the link first (LNK-7).
        const isForgotten = row.status === 'connecting' && IS_LINKED[word.status]
        if (isForgotten && running(entry)) reconcile(entry, row)
        if (!isForgotten || running(entry)) return 'unjudged'
        observations.drop(row.id, row.generation)
      }
      const newer = entry.row && entry.row.generation !== row.generation
      entry.row = row
      entry.heldBack = false
      if (newer) changed(entry)
      const session = running(entry)
      if (session && session.generation !== row.generation) session.stop(false)
      if (!running(entry)) entry.session = null

      try {
        return act(entry, row, actionFor(entry, row, takenAt))
      } catch (error) {
        log.error({ session: row.id, error: reasonOf(error) }, 'a session could not be looked at; it is left as it is')
        reportOffline(row)
        return 'unjudged'
      }
    },

    /** Takes generations up to `maxGeneration` offline, credentials kept, and says nothing of it. */
    halt(id: string, maxGeneration: number): void {
      const session = running(entries.find(id))
      if (session && session.generation <= maxGeneration) session.stop(false)
    },

    /** A second read by id confirmed that a row is gone: nothing of it may run. Its folder is an orphan from now on. */
    absent(id: string): void {
      const entry = entries.find(id)
      if (!entry) return
      running(entry)?.stop(false)
      if (entry.board.watchers === 0) entries.forget(id)
      else Object.assign(entry, { row: null, session: null })
      changed(entry)
    },

    /** Somebody else has a session now: nothing of it may run here, or be said of it. */
    release(id: string): void {
      observations.drop(id, Infinity)
      const entry = entries.find(id)
      if (!entry) return
      // First, or whoever watches would be told that it was cancelled.
      entry.board.leave()
      running(entry)?.stop(false)
      Object.assign(entry, { row: null, session: null, answered: null, leaving: null })
      changed(entry)
      if (entry.board.watchers === 0) entries.forget(id)
    },

    reportOffline,

    /** Says that a linked row's credentials are missing or damaged; the database makes an order of that. */
    reportMissing(row: SessionIntent): void {
      const entry = entries.of(row.id)
      const found = diskOf(entry, row)
      // Told apart from what is merely damaged: an order for the row's generations must not erase a newer one.
      setAsideOther(entry, row, { quarantine, log })
      if (found.state === 'whole' && !found.linked)
        return void reportDamaged(entry, row.generation, 'pairing was never finished', 'link_unfinished')
      const reason = found.state === 'damaged' ? found.reason : 'there are no credentials of a linked session'
      void reportDamaged(entry, row.generation, reason)
    },

    /** The fence of a clear: nothing of generations up to `maxGeneration` runs, writes, or reports after this. */
    fence(id: string, maxGeneration: number): Fenced | null {
      observations.drop(id, maxGeneration)
      const entry = entries.find(id)
      if (!entry) return null
      const session = running(entry)
      const fenced = session && session.generation <= maxGeneration ? session.fence() : null
      if (fenced) entry.session = null
      changed(entry)
      return fenced
    },

    /** A code to type on the phone `phoneNumber` (E.164), for a session whose link is under way. */
    pairingCode(id: string, phoneNumber: string): Promise<Result<PairingCode>> {
      const entry = entries.find(id)
      const isLinked = entry?.row ? IS_LINKED[entry.row.status] : false
      return running(entry)?.pairingCode(phoneNumber) ?? Promise.resolve(refuseCode(isLinked ? 'already_connected' : 'link_ended'))
    },
    board: (id: string): LinkBoard => entries.of(id).board,
    /** The QR that can be scanned now. Whoever asks counts as watching (LNK-3). */
    lookAtQr: (id: string): Qr | null => entries.find(id)?.board.lookAtQr(clock.now()) ?? null,
    /** Makes the backups that are due of sessions that are online. */
    backUpAll(): void {
      for (const entry of entries.all()) if (entry.session) backUp(entry.id, entry.session)
    },

    /** The process ends: sockets are cut and stores closed; nothing is reported, rows stay as they are. */
    close(): void {
      closed = true
      observations.close()
      for (const entry of entries.all()) entry.session?.stop(false)
    },
  }
}
