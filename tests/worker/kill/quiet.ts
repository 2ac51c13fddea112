import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import type { World } from '../support/world.ts'

/** How long what was begun may take to settle, milliseconds. */
const SETTLE_MS = 90_000

/** Waits until nothing is under way any more: orders have receipts, linked sessions are where they are wanted, texts are sent. */
export async function untilQuiet(world: World, data: string): Promise<void> {
  await eventually(async () => {
    const open = await world.database.sql`select id, session_id, last_error from public.whatsapp_clearances where completed_at is null`
    const moving = await world.database.sql`select id, status, status_reason, desired from public.whatsapp_sessions
      where status = 'reconnecting' or (status = 'connected' and desired = 'stopped')`
    // The tombstone goes a moment after the database has the receipt.
    const stones = readdirSync(join(data, 'tombstones'))
    if (stones.length > 0 || open.length > 0 || moving.length > 0)
      throw new Error(`not quiet: ${JSON.stringify([...open, ...moving, ...stones])}`)
  }, SETTLE_MS)
}
