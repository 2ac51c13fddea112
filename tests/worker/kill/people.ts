import { workerPath } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import type { Random } from '../../simulation/support/random.ts'
import { sleep } from '../support/eventually.ts'
import type { Row, World, WorkerProcess } from '../support/world.ts'
import type { Happening } from './aim.ts'
import type { Ledger } from './ledger.ts'

/** How long somebody waits for a QR or an answer before trying something else, milliseconds. */
const PATIENCE_MS = 2000

export type Stage = {
  world: World
  ledger: Ledger
  /** Numbers of the phones that link, and of those that are written to. */
  phones: readonly string[]
  friends: readonly string[]
  /** The worker that lives now and listens, if one does. */
  worker(): WorkerProcess | null
  happened(happening: Happening): void
}

/**
 * Somebody who plays with one session after the other, without a pause, whether the worker lives or not: links it, writes with it,
 * stops it, resets it, deletes it, pulls the phone away. What is refused or gets no answer is part of it. Resolves after `stop`.
 */
export function startPerson(stage: Stage, random: Random): { stop(): Promise<void> } {
  const { world, ledger } = stage
  let id: string | null = null
  const life = { stopped: false }

  const ask = async (route: SessionRoute, body?: object): Promise<{ status: number; body: unknown } | null> => {
    const until = Date.now() + PATIENCE_MS
    while (!stage.worker() && Date.now() < until && !life.stopped) await sleep(20)
    const worker = stage.worker()
    if (!worker || id === null) return null
    const method = { start: 'POST', stop: 'POST', clear: 'POST', messages: 'POST', delete: 'DELETE', emptyOutbox: 'DELETE' } as const
    const verb = route in method ? method[route as keyof typeof method] : 'GET'
    const forgery = { sessionId: id, ...(body ? { body: JSON.stringify(body) } : {}) }
    const answer = await worker.call.raw(verb, workerPath(id, route), forgery, AbortSignal.timeout(PATIENCE_MS))
    return { status: answer.status, body: await answer.json() }
  }
  const sometimesAsk = async (route: SessionRoute, body?: object): Promise<void> => {
    if (random.chance(0.6)) await ask(route, body)
  }
  const order = async (name: 'reset_session' | 'cancel_link'): Promise<void> => {
    const made = await world.rpc<string | { order_id: string | null }>(name, { session_id: id })
    stage.happened('order')
    const orderId = typeof made === 'string' ? made : made.order_id
    if (orderId) await sometimesAsk('clear', { orderId })
  }
  const remove = async (): Promise<void> => {
    const gone = id
    if (gone !== null) await world.deleteRow(gone)
    stage.happened('order')
    await sometimesAsk('clear')
  }
  const start = async (): Promise<void> => {
    await world.rpc('start_session', { session_id: id })
    stage.happened('start')
    await sometimesAsk('start')
  }
  const scan = async (): Promise<void> => {
    const until = Date.now() + PATIENCE_MS
    while (Date.now() < until && !life.stopped) {
      const row = id === null ? null : await world.row(id)
      const answer = await ask('qr').catch(() => null)
      if (row && answer?.status === 200) {
        const { qr } = answer.body as { qr: string }
        ledger.sawQr(qr, row)
        await world.simulator.scan(qr, random.pick(stage.phones))
        return stage.happened('scan')
      }
      await sleep(40)
    }
  }
  const write = async (row: Row): Promise<void> => {
    for (let count = random.between(1, 3); count > 0; count -= 1) {
      const text = ledger.newText(row)
      await ask('messages', { to: `+${random.pick(stage.friends)}`, text })
      stage.happened('text')
    }
  }
  const purge = async (row: Row): Promise<void> => {
    await world.database.sql`update public.whatsapp_sessions set last_active_at = now() - interval '10 minutes',
      created_at = now() - interval '10 minutes', link_requested_at = null where id = ${row.id} and linked_at is null`
    await world.rpc('purge_stale_sessions', {})
    stage.happened('order')
  }
  const onPhone = async (act: (jid: string) => unknown): Promise<void> => {
    const device = id === null ? null : ledger.deviceOf(id)
    if (device) act(device)
  }

  const moves: Record<Row['status'], (row: Row) => (() => Promise<unknown>)[]> = {
    connecting: () => [
      ...Array.from({ length: 8 }, () => scan),
      () => order('cancel_link'),
      () => Promise.allSettled([scan(), sleep(random.between(0, 400)).then(() => order('cancel_link'))]),
      () => Promise.allSettled([scan(), sleep(random.between(0, 400)).then(() => order('reset_session'))]),
      start,
      remove,
    ],
    connected: (row) => [
      ...Array.from({ length: 12 }, () => () => write(row)),
      () => Promise.allSettled([write(row), order('reset_session')]),
      () => order('reset_session'),
      () => order('reset_session').then(start),
      () => Promise.allSettled([order('reset_session'), order('reset_session')]),
      () => world.rpc('stop_session', { session_id: id }).then(() => sometimesAsk('stop')),
      () => onPhone((jid) => world.simulator.unlink(jid)),
      () => onPhone((jid) => world.simulator.drop(jid)),
    ],
    reconnecting: (row) => [
      ...Array.from({ length: 6 }, () => () => write(row)),
      ...Array.from({ length: 6 }, () => () => sleep(150)),
      () => order('reset_session'),
      remove,
    ],
    stopped: (row) => [start, start, () => write(row), () => order('reset_session').then(start), remove],
    disconnected: () => [start, start, start, remove],
  }
  const act = async (): Promise<void> => {
    const row = id === null ? null : await world.row(id)
    if (row) {
      const list = moves[row.status]?.(row) ?? []
      if (row.status === 'connecting') list.push(() => purge(row))
      await random.pick(list)()
    } else {
      id = await world.createSession(`Session of ${random.between(1, 999)}`)
      stage.happened('start')
      await sometimesAsk('start')
    }
  }

  const live = async (): Promise<void> => {
    while (!life.stopped) {
      // Refused, no answer, no such row: what people run into while a worker dies again and again.
      await act().catch((error: unknown) => ledger.refused(error))
      await sleep(random.between(0, 200))
    }
  }
  const done = live()
  return {
    async stop() {
      life.stopped = true
      await done
    },
  }
}
