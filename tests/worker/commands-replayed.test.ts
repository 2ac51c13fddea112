import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'
import '../support/fixed-chance.ts'

const PHONES = ['51987654321', '51912000111'] as const
const UNLIMITED = {
  USER_COMMANDS_PER_MINUTE: '100000',
  ORGANIZATION_COMMANDS_PER_MINUTE: '100000',
  SESSION_LINKS_PER_HOUR: '100000',
  ORGANIZATION_LINKS_PER_HOUR: '100000',
}
let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker(UNLIMITED)
})
afterAll(() => world.stop())

const WANTS = ['start', 'stop', 'reset'] as const
type Command = { method: string; route: string; body?: string }
/** What comes beside what is wanted: looks, a dialog that attaches, a queue that is emptied, a text that is taken out. */
const LOOK: Command = { method: 'GET', route: '/status' }
const ASIDE: Command[] = [
  LOOK,
  { method: 'GET', route: '/qr' },
  { method: 'GET', route: '/link' },
  { method: 'GET', route: '/outbox' },
  { method: 'DELETE', route: '/outbox' },
  { method: 'DELETE', route: '/outbox/3EB00123456789ABCDEF0123' },
]

/** Delivers a command with a token of its own, whatever was delivered before. It may be refused, but by the state and nothing else. */
async function deliver(id: string, { method, route, body }: Command): Promise<void> {
  const left = new AbortController()
  const forgery = { sessionId: id, ...(body !== undefined && { body }) }
  const answer = await worker.call.raw(method, `/api/sessions/${id}${route}`, forgery, left.signal)
  expect([200, 404, 409]).toContain(answer.status)
  if (route === '/link') left.abort()
  else await answer.text()
}

/** Stores what is wanted, as the edge function does before it tells the worker; returns what it tells. `null`: the database refused. */
async function want(id: string, wanted: (typeof WANTS)[number]): Promise<Command | null> {
  const stored = await world.rpc<unknown>(`${wanted}_session`, { session_id: id }).catch(() => null)
  if (stored === null) return null
  if (wanted !== 'reset') return { method: 'POST', route: `/${wanted}` }
  return { method: 'POST', route: '/clear', body: JSON.stringify({ orderId: stored }) }
}

/** All that there is of a session: in the database, at WhatsApp, on disk. */
async function stateOf({ id, jid }: { id: string; jid: string }) {
  const row = await world.row(id)
  const files = (readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id) && !/-(wal|shm)$/.test(path))
  const orders = await world.orders(id)
  return {
    row: row && { status: row.status, desired: row.desired, generation: row.generation, hasPhone: row.phone_number !== null },
    isLinked: world.isLinked(jid),
    // Snapshots bear the time at which they were taken.
    files: [...new Set(files.map((path) => path.replaceAll(id, 'ID').replace(/[\d-]{10}T[\d.-]+Z/, 'TIME')))].toSorted(),
    orders: orders.map(({ reason, max_generation, completed_at }) => ({ reason, max_generation, isDone: completed_at !== null })),
  }
}

/** Waits until it has come to rest: nothing is on its way, and every order is carried out. */
const atRest = (session: { id: string; jid: string }) =>
  eventually(async () => {
    const state = await stateOf(session)
    const { hasPhone, desired, status } = state.row ?? {}
    const restsAt = hasPhone ? [desired === 'stopped' ? 'stopped' : 'connected'] : ['connecting', 'disconnected']
    expect(restsAt).toContain(status)
    expect(state.orders.every(({ isDone }) => isDone)).toBe(true)
    expect(state.files.filter((path) => path.startsWith('tombstones/') || path.startsWith('erasing/'))).toEqual([])
    return state
  })

const step = fc.record({ wanted: fc.constantFrom(...WANTS), late: fc.array(fc.nat(), { maxLength: 6 }) })

describe('commands that pass although they are old', () => {
  it('doubled, late and in any order leave a session as the plain ones do: only what is stored counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), fc.infiniteStream(fc.nat()), async (steps, chance) => {
        const plain = await world.link(worker, PHONES[0])
        const disturbed = await world.link(worker, PHONES[1])
        const history = [...ASIDE]
        for (const { wanted, late } of steps) {
          const command = await want(plain.id, wanted)
          if (command) await deliver(plain.id, command)
          const recorded = await want(disturbed.id, wanted)
          if (recorded) history.push(recorded)
          // Its own command may be among them, or be lost for now.
          await Promise.all(late.map((at) => deliver(disturbed.id, history[at % history.length] ?? LOOK)))
        }
        const bothEndAlike = () => eventually(async () => expect(await atRest(disturbed)).toEqual(await atRest(plain)))
        await bothEndAlike()

        const shuffled = [...history, ...history].map((command) => ({ command, place: chance.next().value }))
        for (const { command } of shuffled.toSorted((one, other) => one.place - other.place)) await deliver(disturbed.id, command)
        await bothEndAlike()

        for (const { id } of [plain, disturbed]) await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))
      }),
      { numRuns: 3, endOnFailure: true },
    )
  }, 180_000)
  it('are taken once where a text is queued or a queue emptied, and queue the same text even if they pass (CMD-7, OUT-6)', async () => {
    const { id } = await world.link(worker)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    const path = `/api/sessions/${id}`
    const post = { sessionId: id, body: JSON.stringify({ to: `+${PHONES[1]}`, text: 'once' }) }
    const waiting = async () => ((await worker.call('GET', `${path}/outbox`, { sessionId: id })).body as { messages: unknown[] }).messages
    const queued = await worker.call.token('POST', `${path}/messages`, post)
    const emptied = await worker.call.token('DELETE', `${path}/outbox`, { sessionId: id })

    expect((await worker.call('POST', `${path}/messages`, { ...post, token: queued })).status).toBe(200)
    expect((await worker.call('POST', `${path}/messages`, { ...post, token: queued })).status).toBe(401)
    expect(await waiting()).toHaveLength(1)
    expect((await worker.call('DELETE', `${path}/outbox`, { sessionId: id, token: emptied })).status).toBe(200)
    expect((await worker.call('POST', `${path}/messages`, post)).status).toBe(200)
    expect((await worker.call('DELETE', `${path}/outbox`, { sessionId: id, token: emptied })).status).toBe(401)
    // Whoever signs anew asks anew.
    const jti = randomUUID()
    const first = await worker.call('POST', `${path}/messages`, { ...post, claims: { jti } })
    expect(first.status).toBe(200)
    expect(await waiting()).toHaveLength(2)

    // The next process remembers none of them, and takes none that was signed before it began.
    await worker.stop()
    const signedAt = Math.floor(Date.now() / 1000)
    await eventually(() => expect(Math.floor(Date.now() / 1000)).toBeGreaterThan(signedAt))
    worker = await world.startWorker(UNLIMITED, worker.data)
    expect(await worker.call('POST', `${path}/messages`, { ...post, token: queued })).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_command', message: 'the command is older than this worker' } },
    })
    // One that passes all the same, since nothing remembers it: the text is there already.
    expect(await worker.call('POST', `${path}/messages`, { ...post, claims: { jti } })).toMatchObject({ status: 200, body: first.body })
    expect(await waiting()).toHaveLength(2)
  })
})
