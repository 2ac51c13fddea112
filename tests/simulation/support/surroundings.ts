import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import type { WorkerStore } from '../../../worker/store/data-folder.ts'
import type { Caller } from '../model/leases.ts'
import { createMachine } from './machine.ts'
import type { Machine } from './machine.ts'
import { createModelDatabase } from './model-database.ts'
import type { ModelDatabase } from './model-database.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { createSimulatedClock } from './simulated-clock.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { createSteps } from './steps.ts'
import type { Steps } from './steps.ts'
import { createService } from './whatsapp/service.ts'
import type { Service } from './whatsapp/service.ts'

const PHONES = ['+51900000001', '+51900000002', '+51900000003']
const INSTANCE = '11111111-1111-4111-8111-111111111111'

/** Everything around workers, which outlives them: time, machines, database, WhatsApp, and chance. */
export type Surroundings = {
  random: Random
  clock: SimulatedClock
  steps: Steps
  /** Where credentials are at home. */
  store: WorkerStore
  machines: readonly [Machine, ...Machine[]]
  service: Service
  database: ModelDatabase
  /** The database's calls for a worker's process, watched. */
  callsOf(caller: Caller): ModelDatabase['worker']
  nextIdentity(): number
  /** Of the worker that begins next; `null`: nothing is sealed. */
  masterKeys: MasterKeys | null
  couldNotStart(error: Error): void
}

export function createSurroundings(seed: number, masterKeys: MasterKeys | null, store: WorkerStore, machines: number): Surroundings {
  const random = createRandom(seed)
  const clock = createSimulatedClock()
  const steps = createSteps()
  const ids = random.fork()
  const database = createModelDatabase({ now: clock.now, newId: () => newId(ids), instanceId: INSTANCE })
  let identities = 0
  return {
    random,
    clock,
    steps,
    store,
    machines: [createMachine('worker-1', clock, steps), ...others(machines - 1, clock, steps)],
    service: createService(PHONES),
    database,
    callsOf: database.workerOf,
    nextIdentity: () => (identities += 1),
    masterKeys,
    couldNotStart: () => {},
  }
}

function others(count: number, clock: SimulatedClock, steps: Steps): Machine[] {
  return Array.from({ length: count }, (_, at) => createMachine(`worker-${at + 2}`, clock, steps))
}

/** A uuid of version 4 from a seed. */
function newId(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.between(0, 15).toString(16))
  digits[12] = '4'
  digits[16] = 'a'
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
