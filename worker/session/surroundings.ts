import type { WorkerDetail, WorkerKind } from '#domain/events.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Observer } from '../metrics/observer.ts'
import type { Told } from '../names/merge.ts'
import type { Receipt, WhatsApp } from '../whatsapp/port.ts'
import type { BackoffSettings } from './backoff.ts'
import type { Limiter } from './limiter.ts'
import type { LinkBoard } from './link-board.ts'

export type SessionSettings = { backoff: BackoffSettings; linkUnwatchedMs: number }

/** What a session needs of the worker around it. */
export type SessionSurroundings = {
  whatsapp: WhatsApp
  clock: Clock
  log: Log
  limiter: Limiter
  settings: SessionSettings
  board: LinkBoard
  /** Whether a connection may be opened now. */
  mayOpen(): boolean
  /** The state changed; `report` says whether the database has to be told. */
  changed(report: boolean): void
  /** Tells the database that pairing succeeded, until it answers: `false`, the row is gone or newer; `null`, the session is over. */
  confirmLink(phoneNumber: string, isOver: () => boolean): Promise<boolean | null>
  /** Something happened to the session: for whoever counts. */
  heard: Observer['sessionHeard']
  /** Tells the session's timeline why something happened. */
  note<K extends WorkerKind>(kind: K, detail: WorkerDetail<K>): void
  /** Stores what the phone told of groups and contacts. Never throws. */
  keepNames(told: Told): void
  /** WhatsApp says how far texts came. */
  onReceipt(receipt: Receipt): void
  /** Logged in, and the row may say so. */
  onOnline(): void
  /** Pairing succeeded for a row that is gone or newer. */
  onOrphaned(): void
  /** WhatsApp says that the link is gone. The session is over. */
  onUnlinked(reason: StatusReason): void
  /** What is stored cannot be read. The session is over. */
  onDamaged(reason: string): void
}
