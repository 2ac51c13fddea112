import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { layoutOf } from '../stack/layout.ts'
import { StartError } from '../stack/start-error.ts'

export type DoctorArguments = {
  /** The worker's data folder. */
  folder: string
  /** Where the embedded stack keeps the master key of that folder; `null`: it is none of the stack's. */
  masterKeyFile: string | null
  json: boolean
  apply: boolean
}

/**
 * What the doctor was told: `--data`, else `WORKER_DATA`, else the folder of the embedded stack (`LATCHKEY_DATA`, `--live`).
 * @throws StartError that says what is not understood.
 */
export function doctorArguments(args: string[], environment: Record<string, string | undefined>): DoctorArguments {
  const { data, live, json, apply } = parse(args)
  const stack = layoutOf(environment['LATCHKEY_DATA'] || './data', live ? 'live' : 'demo')
  const folder = resolve(data ?? (live ? stack.worker : environment['WORKER_DATA'] || stack.worker))
  return { folder, masterKeyFile: folder === stack.worker ? stack.masterKeys : null, json, apply }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string' },
        live: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
      },
    }).values
  } catch {
    throw new StartError(`"${args.join(' ')}" is not understood. There are --data <folder>, --live, --json and --apply.`)
  }
}
