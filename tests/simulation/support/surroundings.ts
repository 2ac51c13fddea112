import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import { ledgerInMemory } from '../../../worker/store/ledger.ts'
import type { LedgerFile } from '../../../worker/store/ledger.ts'
import { createSimulatedDisk } from './disk/simulated-disk.ts'
import type { SimulatedDisk } from './disk/simulated-disk.ts'
import { createModelDatabase } from './model-database.ts'
import type { ModelDatabase } from './model-database.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import type { RoadState } from './road.ts'
import { createSimulatedClock } from './simulated-clock.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { createSteps } from './steps.ts'
import type { Steps } from './steps.ts'
import { createService } from './whatsapp/service.ts'
import type { Service } from './whatsapp/service.ts'

const PHONES = ['+51900000001', '+51900000002', '+51900000003']
const INSTANCE = '11111111-1111-4111-8111-111111111111'

/** Everything around a worker, which outlives it: time, disk, database, WhatsApp, and chance. */
export type Surroundings = {
  random: Random
  clock: SimulatedClock
  steps: Steps
  disk: SimulatedDisk
  service: Service
  database: ModelDatabase
  /** The database's calls for workers, watched. */
  worker: ModelDatabase['worker']
  roadState: RoadState
  nextIdentity(): number
  /** Of the worker that begins next; `null`: nothing is sealed. */
  masterKeys: MasterKeys | null
  /** Apart from the disk, so that nothing that is put back takes it back in time. */
  ledger: LedgerFile
  couldNotStart(error: Error): void
}

export function createSurroundings(seed: number, masterKeys: MasterKeys | null): Surroundings {
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
    disk: createSimulatedDisk(steps),
    service: createService(PHONES),
    database,
    worker: database.worker,
    roadState: { isDown: false, latencyMs: 40, damages: [], hasFailed: false },
    nextIdentity: () => (identities += 1),
    masterKeys,
    ledger: ledgerInMemory(),
    couldNotStart: () => {},
  }
}

/** A uuid of version 4 from a seed. */
function newId(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.between(0, 15).toString(16))
  digits[12] = '4'
  digits[16] = 'a'
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
