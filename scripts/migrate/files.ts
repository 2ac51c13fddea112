import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const FILE = /^(\d{14})_(.+)\.sql$/

/** `down`: what undoes it without losing what people stored; `null`: nothing does. */
export type Migration = { version: string; name: string; up: string; down: string | null }

/** The migrations of a project's `supabase` folder, the oldest first. What undoes one has its name, in `rollback`. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(join(folder, 'migrations'))
    .toSorted()
    .flatMap((file) => {
      const [, version, name] = FILE.exec(file) ?? []
      if (version === undefined || name === undefined) return []
      const undo = join(folder, 'rollback', file)
      const up = readFileSync(join(folder, 'migrations', file), 'utf8')
      return [{ version, name, up, down: existsSync(undo) ? readFileSync(undo, 'utf8') : null }]
    })
}
