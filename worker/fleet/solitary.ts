import type { Database } from '../database.ts'
import type { Log } from '../log.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { Fleet } from './fleet.ts'

type Options = {
  database: Pick<Database, 'heartbeat'>
  log: Log
  supervisor: Pick<Supervisor, 'runningCount' | 'release'>
}

/** For credentials in the worker's own folder: whatever it holds is here. */
export function createSolitary({ database, log, supervisor }: Options): Fleet {
  let registered = false
  return {
    async beat() {
      const isTaken = await database.heartbeat({ sessionCount: supervisor.runningCount(), first: !registered, draining: false })
      registered = true
      if (!isTaken) log.error({}, 'ALARM: another process runs as this worker (WORKER_ID): each needs a name of its own')
    },
    mark: () => null,
    read: () => [],
    isHere: () => true,
    fetch: () => Promise.resolve(),
    want() {},
    settled: () => null,
    mayResume: () => true,
    clear: (_order, findings) => Promise.resolve(findings),
    letGo: supervisor.release,
    share() {},
    drain: () => Promise.resolve(),
    close() {},
  }
}
