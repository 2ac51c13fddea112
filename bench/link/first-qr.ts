import type { World } from '../../tests/e2e/support/world.ts'
import { remove } from './marks.ts'
import { linkEvents } from '../stack/link.ts'

/** From asking the worker to link a session that is stored, to the first QR in its stream; milliseconds. The session is removed again. */
export async function firstQr(world: World): Promise<number> {
  const [row] = await world.sql<{ id: string }[]>`
    insert into whatsapp_sessions (organization_id, status, desired, generation, link_requested_at, last_active_at)
    values (${await world.organizationId()}, 'connecting', 'online', 1, now(), now()) returning id`
  if (!row) throw new Error('no session was stored')
  const begun = performance.now()
  const { body } = await world.worker(row.id, 'link')
  if (!body) throw new Error('the worker shows no link')
  let taken = Number.NaN
  for await (const event of linkEvents(body)) {
    if (event.type === 'qr') {
      taken = performance.now() - begun
      break
    }
  }
  await remove(world, row.id)
  return taken
}
