/** `npm run backup -- --data <folder> --to <file>`: what a worker's data folder needs to live again, while the worker runs or not. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ledgerPath } from '../worker/store/ledger.ts'
import { backUpFolder } from './backup/backup-folder.ts'
import { StartError } from './stack/start-error.ts'

process.umask(0o077)

function told(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        data: { type: 'string', default: process.env['WORKER_DATA'] ?? '' },
        to: { type: 'string', default: '' },
        unsealed: { type: 'boolean', default: false },
      },
    })
    if (values.data !== '' && values.to !== '') return values
  } catch {
    // Worded below.
  }
  throw new StartError(
    'How to: npm run backup -- --data <folder> --to <file> [--unsealed]. WORKER_DATA names the folder, too, WORKER_LEDGER the ledger.',
  )
}

try {
  const { data, to, unsealed } = told(process.argv.slice(2))
  const folder = resolve(data)
  const ledger = ledgerPath(folder, process.env['WORKER_LEDGER'])
  const { sessions, without } = backUpFolder({ folder, to: resolve(to), ledger, unsealed, now: () => new Date() })
  console.log(`${sessions.length} sessions are in ${to}. It holds no master key: keep those elsewhere, or it opens nothing.`)
  if (without.length > 0) console.log(`Without a snapshot yet, so not in it: ${without.join(', ')}`)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}
