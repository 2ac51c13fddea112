import { IS_LINKED } from '#domain/session.ts'
import type { SessionRow } from '../model/state.ts'
import type { Connection } from '../support/whatsapp/connection.ts'
import type { Device } from '../support/whatsapp/service.ts'
import { StorageError } from '../../../worker/store/storage-error.ts'
import type { QueuedFacts, World } from '../support/world.ts'
import { pickOf } from './command.ts'
import type { Choice, Poke } from './command.ts'

/** The row that a choice means, if there is any. */
export function rowOf(world: World, { who }: Choice): SessionRow | null {
  const rows = world.rows()
  return rows.length === 0 ? null : pickOf(rows, who)
}

/** Any session that was ever there: what is done to one that is gone must find nothing. */
export function anyIdOf(world: World, { who }: Choice): string | null {
  const ids = [...new Set([...world.rows().map(({ id }) => id), ...world.database.orders().map(({ session_id }) => session_id)])]
  return ids.length === 0 ? null : pickOf(ids, who)
}

/** The connection that shows a session's QR. */
export function waitingOf(world: World, sessionId: string): Connection | null {
  const waiting = [...world.service.waiting.values()]
  return waiting.find(({ identity }) => world.identities.get(identity)?.sessionId === sessionId) ?? null
}

/** A linked device of a session, the newest first. */
export function deviceOf(world: World, sessionId: string): Device | null {
  return world.service.devices.findLast(({ identity }) => world.identities.get(identity)?.sessionId === sessionId) ?? null
}

/** A device that is logged in. */
export function onlineOf(world: World, choice: Choice): Device | null {
  const row = rowOf(world, choice)
  const device = row && deviceOf(world, row.id)
  return device?.connection ? device : null
}

/** Tells the worker of what was stored for a session, and of the order that was made of it. */
export function poke(world: World, how: Poke, sessionId: string, orderId: string | null): void {
  const tell = (): void => {
    if (orderId === null) world.worker(sessionId)?.look(sessionId)
    else world.worker(sessionId)?.clear(sessionId, orderId)
  }
  if (how === 'now' || how === 'twice') tell()
  if (how === 'late' || how === 'twice') world.clock.after(world.random.between(50, 20_000), tell)
}

/** What the dashboard does to link a session: it asks for a link, and watches it. */
export function askForLink(world: World, row: SessionRow, how: Poke): void {
  poke(world, how, row.id, null)
  world.worker(row.id)?.watch(row.id)
}

/** A phone scans what a session shows, once it shows something. Returns whether it did. */
export async function scan(world: World, sessionId: string, phone: number, patienceMs: number): Promise<boolean> {
  for (let waited = 0; ; waited += 250) {
    const waiting = waitingOf(world, sessionId)
    if (waiting) {
      waiting.onServer.scanned(pickOf(world.service.phones, phone))
      return true
    }
    if (waited >= patienceMs) return false
    await world.clock.advance(250)
  }
}

export function isLinked(row: SessionRow | null): boolean {
  return row !== null && IS_LINKED[row.status]
}

/** Somebody queues a text, as through the worker's route. */
export function queueText(world: World, sessionId: string): void {
  const worker = world.worker(sessionId)
  const row = worker?.engine.supervisor.rowOf(sessionId)
  if (!worker || !row) return
  const phone = worker.engine.supervisor.running(sessionId)?.phoneNumber() ?? row.phone_number ?? ''
  const text = `text ${world.queued.length + 1}`
  const facts: QueuedFacts = { text, sessionId, generation: row.generation, phone, answered: false }
  world.queued.push(facts)
  // A disk that refuses is an answer, and so is a process that dies meanwhile.
  worker.life.run(() => {
    try {
      const by = { jti: text, iat: Math.floor(world.clock.now() / 1000) }
      const { ok } = worker.engine.messages.queue(sessionId, { to: '+51900009999', text }, by)
      const answer = (): void => void (facts.answered = ok)
      const settled = worker.engine.settled(sessionId)
      if (settled) void settled.then(answer, () => {})
      else answer()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
    }
  })
}

/** Somebody opens the list of groups. What is answered may be late, and the session gone by then. */
export function askForGroups(world: World, sessionId: string): void {
  const worker = world.worker(sessionId)
  if (worker) void worker.engine.names.groups(sessionId).catch(() => {})
}

/**
 * Somebody asks for a pairing code, and gets one within `patienceMs`, or nothing: refused, or the worker is gone, which answers nobody.
 * Nobody watches the link meanwhile but through this.
 */
export async function askForCode(world: World, sessionId: string, phone: string, patienceMs: number): Promise<string | null> {
  const answers: (string | null)[] = []
  const worker = world.worker(sessionId)
  if (!worker) return null
  void worker.engine.supervisor.pairingCode(sessionId, phone).then((result) => answers.push(result.ok ? result.value.code : null))
  for (let waited = 0; answers.length === 0 && waited < patienceMs; waited += 250) await world.clock.advance(250)
  return answers[0] ?? null
}
