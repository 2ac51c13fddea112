import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sql } from 'postgres'

const FILE = /^(\d{14})_(.+)\.sql$/
const FOLDER = join(import.meta.dirname, '../../supabase/migrations')

/**
 * Applies the files of `supabase/migrations` (or of another folder) that this database has not seen, oldest first, each in a transaction of its
 * own together with its entry in `supabase_migrations.schema_migrations`, where the Supabase CLI keeps them too.
 * The applier of `@supabase/lite` is not used: it looks in the current directory and finds nothing from any other.
 * @returns the names of the applied files.
 */
export async function applyMigrations(sql: Sql, folder = FOLDER): Promise<string[]> {
  const applied: string[] = []
  const files = (await readdir(folder)).filter((name) => FILE.test(name)).toSorted()
  const seen = new Set((await sql`select version from supabase_migrations.schema_migrations`).map((row) => row['version'] as string))
  for (const file of files) {
    const [, version = '', name = ''] = FILE.exec(file) ?? []
    if (seen.has(version)) continue
    const text = await readFile(join(folder, file), 'utf8')
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(text)
        await tx`insert into supabase_migrations.schema_migrations (version, name, statements) values (${version}, ${name}, ${[text]})`
      })
    } catch (error) {
      throw new Error(`Migration ${file} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
    applied.push(file)
  }
  return applied
}
