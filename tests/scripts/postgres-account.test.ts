import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres } from '../../scripts/stack/postgres.ts'
import { freePort } from '../support/database.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-closed-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Starts Postgres below the folder, adds a row to a table, and answers with how many there are. */
async function addRow(): Promise<number> {
  const server = await startPostgres({ dataDir: join(folder, 'db'), port: await freePort(), password: 'test', durable: false })
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  try {
    await sql`create table if not exists starts (at timestamptz default now())`
    await sql`insert into starts default values`
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from starts`
    return row?.count ?? 0
  } finally {
    await sql.end()
    await server.stop()
  }
}

it('runs Postgres in a folder that is closed to others, also as root, and keeps the data when it is opened and closed again', async () => {
  await chmod(folder, 0o700)
  expect(await addRow()).toBe(1)
  await chmod(folder, 0o711)
  expect(await addRow()).toBe(2)
  await chmod(folder, 0o700)
  expect(await addRow()).toBe(3)
})
