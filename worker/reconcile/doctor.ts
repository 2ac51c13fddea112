import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Sources } from './inventory.ts'
import { findOddities } from './oddities.ts'
import type { Finding } from './plan.ts'
import { reportOf } from './report.ts'
import type { Reading, Report } from './report.ts'
import { survey } from './reconciler.ts'

/** Says what is where, on demand. */
export type Doctor = {
  /** Looks at everything and changes nothing. Throws where a folder cannot be listed. */
  look(): Promise<Report>
  /** One pass now, then a look at what is left. */
  treat(): Promise<Report>
}

type Options = {
  database: Pick<Database, 'snapshot'>
  data: { confirmInstance(instanceId: string): void }
  sources: Sources
  clock: Clock
  supervisor: { mark(): number; changedSince(sessionId: string, mark: number): boolean }
  pass(): Promise<readonly Finding[] | null>
}

export function createDoctor({ database, data, sources, clock, supervisor, pass }: Options): Doctor {
  const look = async (moved: readonly Finding[] | null): Promise<Report> => {
    const mark = supervisor.mark()
    const reading = await readDatabase(database, data, (id) => supervisor.changedSince(id, mark))
    return reportOf(isoTime(clock), 'running', reading, survey(sources, reading.view, undefined, findOddities(sources)), moved)
  }
  return {
    look: () => look(null),
    treat: async () => look(await pass()),
  }
}

/** Reads all that is wanted. What failed, was cut or is another database's is no reading (FOL-2). Never throws. */
export async function readDatabase(
  database: Options['database'],
  data: Options['data'],
  isHearsay: (sessionId: string) => boolean,
): Promise<Reading> {
  try {
    const snapshot = await database.snapshot()
    data.confirmInstance(snapshot.instance_id)
    return { view: { ...snapshot, isHearsay }, words: { reachable: true, instanceId: snapshot.instance_id, takenAt: snapshot.taken_at } }
  } catch (error) {
    return { view: null, words: { reachable: false, reason: reasonOf(error) } }
  }
}
