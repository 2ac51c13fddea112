import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { layoutOf } from '../stack/layout.ts'
import { StartError } from '../stack/start-error.ts'

export type DoctorArguments = {
  /** The worker's data folder. */
  folder: string
  json: boolean
  apply: boolean
}

/**
 * What the doctor was told: `--data`, else `WORKER_DATA`, else the folder of the embedded stack (`LATCHKEY_DATA`, `--live`).
 * @throws StartError that says what is not understood.
 */
export function doctorArguments(args: string[], environment: Record<string, string | undefined>): DoctorArguments {
  const { data, live, json, apply } = parse(args)
  const stack = layoutOf(environment['LATCHKEY_DATA'] || './data', live ? 'live' : 'demo').worker
  return { folder: resolve(data ?? (live ? stack : environment['WORKER_DATA'] || stack)), json, apply }
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
