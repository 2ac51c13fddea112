import type { StatusReason } from '#domain/reasons.ts'
import type { SessionEvent } from '#domain/session.ts'

/**
 * What the engine tells whoever counts: things that nobody can see from outside of it. A call costs no more than a count, and never throws;
 * what can be seen at the effects (database, WhatsApp, disk) is not said here a second time.
 */
export type Observer = {
  /** A session was told an event that its state knows. Only a link that is under way can be `link_cancelled`. */
  sessionHeard(event: SessionEvent, reason: StatusReason | null): void
  /** A pass over everything ended. `succeeded`: the database could be read. */
  passEnded(tookMs: number, succeeded: boolean): void
  /** A backup that was due was made, or the disk refused it. */
  backupEnded(succeeded: boolean): void
}

/** For a simulation, which runs many engines and counts nothing. */
export const NOBODY: Observer = { sessionHeard() {}, passEnded() {}, backupEnded() {} }
