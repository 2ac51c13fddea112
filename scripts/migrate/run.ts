import type { Sql, TransactionSql } from 'postgres'
import { StartError } from '../stack/start-error.ts'
import type { Migration } from './files.ts'
import { judge, obstacle, planDown } from './judge.ts'
import type { Applied, Judged } from './judge.ts'

/** Of this project: whoever migrates holds it, so that two never do at once. It goes with the transaction, also through a pooler. */
const LOCK = 0x4c_4b_6d_67
/** How long a migration waits for a table that others use: while it waits, everybody else waits behind it. */
const LOCK_TIMEOUT = '10s'

/** What was applied and what waits. Changes nothing, not even where no migration ever ran. */
export async function migrationStatus(sql: Sql, files: readonly Migration[]): Promise<Judged[]> {
  return judge(files, await readApplied(sql))
}

/**
 * Applies what waits, the oldest first, each in a transaction of its own with its entry. Returns what it applied. Throws `StartError` before
 * anything is changed where the database and the files do not belong together.
 */
export async function migrateUp(sql: Sql, files: readonly Migration[]): Promise<string[]> {
  // Alone, too: Postgres lets two ask at once whether it is there, and refuses the second that makes it.
  await alone(sql, 'the history', async (tx) => {
    await tx`create schema if not exists supabase_migrations`
    await tx`create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)`
  })
  refuse(await migrationStatus(sql, files))
  const applied: string[] = []
  for (const { version, name, up } of files) {
    const isNew = await alone(sql, `${version}_${name}`, async (tx) => {
      // Somebody else may have applied it while the lock was waited for.
      const [there] = await tx`select from supabase_migrations.schema_migrations where version = ${version}`
      if (there) return false
      await tx.unsafe(up)
      await tx`insert into supabase_migrations.schema_migrations (version, name, statements) values (${version}, ${name}, ${[up]})`
      return true
    })
    if (isNew) applied.push(`${version}_${name}`)
  }
  return applied
}

/** Undoes everything newer than `to`, in one transaction. Throws `StartError` before anything is changed where one cannot be undone. */
export async function migrateDown(sql: Sql, files: readonly Migration[], to: string): Promise<string[]> {
  return alone(sql, 'down', async (tx) => {
    const judged = judge(files, await readApplied(tx))
    refuse(judged)
    const undone = planDownOrRefuse(files, judged, to)
    for (const { version, down } of undone) {
      await tx.unsafe(down ?? '')
      await tx`delete from supabase_migrations.schema_migrations where version = ${version}`
    }
    return undone.map(({ version, name }) => `${version}_${name}`)
  })
}

async function alone<T>(sql: Sql, what: string, run: (tx: TransactionSql) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(async (tx) => {
      await tx`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`
      await tx`select pg_advisory_xact_lock(${LOCK})`
      return await run(tx)
    })) as T
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`${what} failed, and nothing of it was done: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function readApplied(sql: Sql | TransactionSql): Promise<Applied[]> {
  const [found] = await sql<{ is_there: boolean }[]>`select to_regclass('supabase_migrations.schema_migrations') is not null as is_there`
  if (!found?.is_there) return []
  return sql<Applied[]>`select version, name, statements from supabase_migrations.schema_migrations order by version`
}

function refuse(judged: readonly Judged[]): void {
  const reason = obstacle(judged)
  if (reason !== null) throw new StartError(reason)
}

function planDownOrRefuse(files: readonly Migration[], judged: readonly Judged[], to: string): Migration[] {
  try {
    return planDown(files, judged, to)
  } catch (error) {
    throw new StartError((error as Error).message)
  }
}
