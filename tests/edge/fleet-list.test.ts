import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SessionList } from '#domain/listing.ts'
import type { SessionView } from '#domain/observation.ts'
import { type Fleet, startFleet } from './support/fleet.ts'
import { json, type RecordingWorker } from './support/recording-worker.ts'
import { aView } from './support/values.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.stop())
beforeEach(async () => {
  await fleet.clean()
  await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
})

const holds = (worker: RecordingWorker, ...views: SessionView[]) => worker.answer((_, response) => json(response, 200, { sessions: views }))
const waiting = (sessionId: string): SessionView => ({ ...aView(sessionId), link: 'scan' })

/** By session, what its link waits for: the database does not know, so who says it has asked a worker. */
async function links(token = fleet.world.admin.token): Promise<Record<string, string | null>> {
  const { status, body } = await fleet.edge.call('GET', '', token)
  expect(status).toBe(200)
  return Object.fromEntries(SessionList.parse(body).sessions.map(({ sessionId, link }) => [sessionId, link]))
}

it('shows what each worker holds, and asks each once', async () => {
  const [of1, of2, alone] = [await fleet.heldBy('worker-1'), await fleet.heldBy('worker-2'), await fleet.world.session()]
  holds(fleet.first, waiting(of1))
  holds(fleet.second, waiting(of2))
  expect(await links()).toEqual({ [of1]: 'scan', [of2]: 'scan', [alone]: null })
  expect(fleet.calls()).toEqual([1, 1])
  expect(fleet.second.calls[0]?.claims).toMatchObject({ aud: 'worker-2', session_id: null, organization_id: fleet.world.organizationId })
})

it('asks only workers that hold something of the organisation', async () => {
  const id = await fleet.heldBy('worker-2')
  holds(fleet.second, waiting(id))
  expect(await links()).toEqual({ [id]: 'scan' })
  expect(await links(fleet.world.stranger.token)).toEqual({})
  expect(fleet.calls()).toEqual([0, 1])
})

it.each<[string, (worker: RecordingWorker) => void]>([
  ['hangs', (worker) => worker.answer(() => {})],
  ['breaks off', (worker) => worker.answer((_, response) => response.destroy())],
  ['answers nonsense', (worker) => worker.answer((_, response) => json(response, 200, { sessions: [{ sessionId: 7 }] }))],
])('shows what the others hold where one %s: of its sessions the rows stand', async (_, fails) => {
  const [of1, of2, of3] = [await fleet.heldBy('worker-1'), await fleet.heldBy('worker-2'), await fleet.heldBy('worker-3')]
  fails(fleet.first)
  holds(fleet.second, waiting(of2))
  expect(await links()).toEqual({ [of1]: null, [of2]: 'scan', [of3]: null })
})

it('believes the row where two workers disagree: one has lost the session, and it does not say which', async () => {
  const [disputed, agreed] = [await fleet.heldBy('worker-1'), await fleet.heldBy('worker-2')]
  holds(fleet.first, waiting(disputed), waiting(agreed))
  holds(fleet.second, { ...aView(disputed), status: 'connected', phoneNumber: '+51987654321', link: null }, waiting(agreed))
  expect(await links()).toEqual({ [disputed]: null, [agreed]: 'scan' })
  const { body } = await fleet.edge.call('GET', '', fleet.world.admin.token)
  const { sessions } = SessionList.parse(body)
  expect(sessions.find(({ sessionId }) => sessionId === disputed)).toMatchObject({ status: 'connecting', phoneNumber: null })
})

it('believes who knows of the newer link, and nobody who knows of none that is as new as the row', async () => {
  const id = await fleet.heldBy('worker-1')
  await fleet.heldBy('worker-2')
  await fleet.world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
  await fleet.world.admin.client.rpc('start_session', { session_id: id }).throwOnError()
  holds(fleet.first, waiting(id))
  expect(await links()).toMatchObject({ [id]: null })
  const [row] = await fleet.world.database.sql<{ generation: number }[]>`select generation from public.whatsapp_sessions where id = ${id}`
  holds(fleet.second, { ...waiting(id), generation: row?.generation ?? 0, link: 'starting' })
  expect(await links()).toMatchObject({ [id]: 'starting' })
})

it('shows the rows where the database does not say whom to ask, and asks nobody', async () => {
  const id = await fleet.heldBy('worker-1')
  holds(fleet.first, waiting(id))
  const { sql } = fleet.world.database
  await sql`revoke execute on function public.workers_of_organization(uuid) from authenticated`
  try {
    expect(await links()).toEqual({ [id]: null })
    expect(fleet.calls()).toEqual([0, 0])
  } finally {
    await sql`grant execute on function public.workers_of_organization(uuid) to authenticated`
  }
})
