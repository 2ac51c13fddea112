/**
 * `npm run restore`: a data folder from a backup (`--from <file> --data <folder>`), or a database that was put back (`--database-url <url>`);
 * either with what was cleared since (`--ledger <file>`, `--cleared <file>`, `--cleared none`).
 */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ledgerPath } from '../worker/store/ledger.ts'
import { knownCleared } from './backup/known-cleared.ts'
import type { Told } from './backup/known-cleared.ts'
import { reconcileDatabase } from './backup/restore-database.ts'
import { restoreFolder } from './backup/restore-folder.ts'
import { StartError } from './stack/start-error.ts'

process.umask(0o077)

const HOW = `How to: npm run restore -- --from <file> --data <folder> --ledger <file>, or
npm run restore -- --database-url <url> --ledger <file>. --ledger may be there several times; instead of it: --cleared <file>, --cleared none.`

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        from: { type: 'string' },
        data: { type: 'string' },
        'database-url': { type: 'string' },
        ledger: { type: 'string', multiple: true, default: [] },
        cleared: { type: 'string' },
      },
    }).values
  } catch {
    throw new StartError(HOW)
  }
}

/** The ledger that the worker goes on with counts as one that survived. */
function toldWith(ledgers: string[], own: string | undefined, cleared: string | undefined): Told {
  const all = own !== undefined && existsSync(own) ? [...ledgers, own] : ledgers
  return { ledgers: [...new Set(all.map((path) => resolve(path)))], cleared }
}

async function restoreDatabase(url: string, told: Told): Promise<void> {
  const cleared = knownCleared(told, new Map(), new Date())
  // Only where it is needed: the worker's image has no client of Postgres.
  const { default: postgres } = await import('postgres')
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const { emptied, deleted } = await reconcileDatabase(sql, cleared.values())
    console.log(`Cleared since the backup, and ordered away again: ${emptied.length} sessions; deleted again: ${deleted.length}.`)
    for (const id of [...emptied, ...deleted]) console.log(id)
  } finally {
    await sql.end()
  }
}

try {
  const { from, data, 'database-url': databaseUrl, ledger: ledgers, cleared } = parsed(process.argv.slice(2))
  const told = toldWith(ledgers, process.env['WORKER_LEDGER'], cleared)
  if (databaseUrl !== undefined && from === undefined && data === undefined) await restoreDatabase(databaseUrl, told)
  else if (from !== undefined && data !== undefined && databaseUrl === undefined) {
    const folder = resolve(data)
    const ledger = resolve(ledgerPath(folder, process.env['WORKER_LEDGER']))
    const restored = restoreFolder({ from: resolve(from), folder, ledger, told, now: () => new Date() })
    console.log(`${restored.sessions.length} sessions of ${restored.takenAt} are in ${folder}.`)
    if (restored.leftOut.length > 0) console.log(`Cleared since, so left out: ${restored.leftOut.join(', ')}`)
    if (restored.sealed) console.log('They are sealed: the worker needs the master keys that it had then.')
  } else throw new StartError(HOW)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}
