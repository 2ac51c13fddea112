import type { WorkerDetail, WorkerKind } from '#domain/events.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { IS_LINKED } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import { isoTime } from '../clock.ts'
import { reasonOf } from '../log.ts'
import { mergeNames } from '../names/merge.ts'
import type { Told } from '../names/merge.ts'
import { createCredentials, openCredentials } from '../store/credential-store.ts'
import type { CredentialStore, Found } from '../store/credential-store.ts'
import { untilAnswered } from '../until-answered.ts'
import type { Receipt } from '../whatsapp/port.ts'
import type { Entries, Entry } from './entries.ts'
import { createLimiter } from './limiter.ts'
import type { Observations } from './observations.ts'
import { setAsideOther } from './on-disk.ts'
import { createSession } from './session.ts'
import type { Session } from './session.ts'
import type { SupervisorOptions } from './supervisor.ts'

type Options = SupervisorOptions & {
  entries: Entries
  observations: Observations
  diskOf(entry: Entry, row: SessionIntent): Found
  backUp(sessionId: string, session: Session): void
  leave(entry: Entry, generation: number, reason: StatusReason): Promise<void>
  reportDamaged(entry: Entry, generation: number, reason: string): Promise<void>
  isClosed(): boolean
}

/** How a session begins to run: a new link, or the login of one that is on disk. What cannot begin says so in its row. */
export function createStarts(options: Options) {
  const {
    whatsapp,
    database,
    clock,
    log,
    data,
    vault,
    quarantine,
    backups,
    names,
    timeline,
    settings,
    entries,
    observations,
    diskOf,
    backUp,
    leave,
    reportDamaged,
    isClosed,
  } = options
  const { changed } = entries
  const limiter = createLimiter(settings.startConcurrency)
  const storeOptions = (id: string) => ({ disk: data.disk, vault, sessionId: id, maxPages: settings.maxPages, home: options.home })

  const start = (entry: Entry, row: SessionIntent, store: CredentialStore): Session => {
    const around = {
      whatsapp,
      clock,
      limiter,
      settings,
      board: entry.board,
      mayOpen: () => options.mayOpen(row.id),
      log: log.child({ session: row.id, generation: row.generation }),
      changed(report: boolean) {
        changed(entry)
        if (report) {
          observations.report({ sessionId: row.id, generation: row.generation, status: session.status(), reason: session.reason() })
        }
      },
      confirmLink: (phone: string, isOver: () => boolean) =>
        untilAnswered(
          clock,
          log,
          () => isOver() || isClosed(),
          async () => {
            // A link that the database knows must be one that whoever takes the session over can log in with.
            await options.home.settled(row.id)
            return await database.linked(row.id, row.generation, phone)
          },
        ),
      heard: options.observer.sessionHeard,
      note: <K extends WorkerKind>(kind: K, detail: WorkerDetail<K>) => timeline.note(row.id, kind, detail),
      keepNames: (told: Told) => keepNames(row.id, row.generation, told),
      onReceipt: (receipt: Receipt) => options.receipt(row.id, receipt),
      onOnline() {
        entry.restores = 0
        backUp(row.id, session)
        options.online(row.id)
      },
      onOrphaned() {
        log.warn({ session: row.id }, 'paired for a row that is gone or newer: the order on record unlinks and clears it')
        options.look(row.id)
      },
      onUnlinked: (reason: StatusReason) => void leave(entry, row.generation, reason),
      onDamaged: (reason: string) => damaged(entry, row.generation, reason),
    }
    const session = createSession(row, store, around)
    entry.session = session
    changed(entry)
    return session
  }

  const keepNames = (id: string, generation: number, told: Told): void => {
    try {
      const kept = names.read(id, generation)
      const now = mergeNames(kept, told, isoTime(clock))
      if (now !== kept) names.write(id, now)
    } catch (error) {
      // They are a convenience: a disk that refuses them costs no session.
      log.error({ session: id, error: reasonOf(error) }, 'names could not be stored')
    }
  }

  /** A running session's credentials turned out damaged: where there is a backup, the next look puts it in their place. */
  const damaged = (entry: Entry, generation: number, reason: string): void => {
    let replaceable = false
    try {
      replaceable = backups.of(entry.id, generation).length > 0
    } catch (error) {
      log.error({ session: entry.id, error: reasonOf(error) }, 'the backups cannot be read')
    }
    if (!replaceable) return void reportDamaged(entry, generation, reason)
    log.error({ session: entry.id, generation, reason }, 'the credentials of a running session are damaged')
    timeline.note(entry.id, 'credentials_damaged', { reason })
    changed(entry)
    options.look(entry.id)
  }

  const beginLink = (entry: Entry, row: SessionIntent): void => {
    entry.answered = row.link_requested_at
    try {
      const found = diskOf(entry, row)
      setAsideOther(entry, row, { quarantine, log })
      if (found.state === 'damaged') {
        quarantine.take(row.id, null, found.reason)
        log.warn({ session: row.id, reason: found.reason }, 'an identity that was never linked is damaged: quarantined')
      }
      // A new identity makes those of an older one worthless: restored later, they would bring back a phone that nobody linked now.
      for (const name of backups.of(row.id, row.generation)) quarantine.takeBackup(row.id, name, row.generation, 'a new link was begun')
      const folder = data.session(row.id)
      const store =
        found.state === 'whole'
          ? openCredentials(folder, storeOptions(row.id))
          : createCredentials(folder, row.generation, whatsapp.newCredentials(), storeOptions(row.id))
      start(entry, row, store).beginLink()
      void database.touch([row.id]).catch((error) => log.warn({ error: reasonOf(error) }, 'a link could not be stamped'))
    } catch (error) {
      log.error({ session: row.id, error: reasonOf(error) }, 'no link could be begun')
      refuseLink(entry, row)
    }
  }

  const refuseLink = (entry: Entry, row: SessionIntent): void => {
    entry.answered = row.link_requested_at
    changed(entry)
    observations.report({ sessionId: row.id, generation: row.generation, status: 'connecting', reason: 'storage_failed' })
    entry.board.show({ step: 'ended', status: 'connecting', reason: 'storage_failed', phoneNumber: null })
  }

  const resume = (entry: Entry, row: SessionIntent, how: 'login' | 'confirmThenLogin'): void => {
    try {
      start(entry, row, openCredentials(data.session(row.id), storeOptions(row.id)))[how]()
    } catch (error) {
      log.error({ session: row.id, error: reasonOf(error) }, 'the credentials could not be opened')
      changed(entry)
      if (IS_LINKED[row.status]) {
        observations.report({ sessionId: row.id, generation: row.generation, status: 'stopped', reason: 'storage_failed' })
      }
    }
  }

  return { beginLink, refuseLink, resume }
}
