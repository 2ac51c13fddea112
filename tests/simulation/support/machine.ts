import { ledgerInMemory, openLedger } from '../../../worker/store/ledger.ts'
import type { LedgerFile } from '../../../worker/store/ledger.ts'
import { createSimulatedDisk } from './disk/simulated-disk.ts'
import type { SimulatedDisk } from './disk/simulated-disk.ts'
import type { Loss } from './disk/inodes.ts'
import type { RoadState } from './road.ts'
import { createReader } from './sealed.ts'
import type { Reader } from './sealed.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import type { Steps } from './steps.ts'
import { readTombstones } from './tombstones-on-disk.ts'
import type { WorkerProcess } from './worker-process.ts'

/** How long a worker that goes on after a stop may take to notice what it lost, milliseconds. */
const NOTICE_MS = 1500

type Covered = { sessionId: string; generation: number }

/** Where one worker runs: its disk, its ledger, its road to the database, and the process that is there now, if one is. */
export type Machine = {
  /** The worker's id. */
  readonly id: string
  readonly disk: SimulatedDisk
  readonly reader: Reader
  /** Apart from the disk, so that nothing that is put back takes it back in time. */
  readonly ledger: LedgerFile
  readonly roadState: RoadState
  /** The last that was started. */
  worker: WorkerProcess | null
  /** What a crash leaves from now on of what was not durable. */
  loss: Loss
  /** Nobody starts its worker again for now. */
  staysDown: boolean
  alive(): WorkerProcess | null
  /** Alive, and able to answer. */
  awake(): WorkerProcess | null
  /** Awake for long enough to know what became of its leases. */
  isAware(): boolean
  freeze(): void
  thaw(): void
  tombstones(): Tombstones
  readTombstones(): Tombstones
  /** Whether a durable tombstone covers a generation. */
  isForbidden(covered: Covered): boolean
  /** What its ledger forbids for ever. */
  ledgered(): { sessionId: string; maxGeneration: number }[]
}
type Tombstones = ReadonlyMap<string, { sessionId: string; maxGeneration: number }>

export function createMachine(id: string, clock: SimulatedClock, steps: Steps): Machine {
  const disk = createSimulatedDisk(steps)
  const ledger = ledgerInMemory()
  let tombstones: Tombstones = new Map()
  let thawedAt = -Infinity
  const machine: Machine = {
    id,
    disk,
    reader: createReader(disk),
    ledger,
    roadState: { isDown: false, latencyMs: 40, damages: [], hasFailed: false },
    worker: null,
    loss: 'all_kept',
    staysDown: false,
    alive: () => (machine.worker?.life.isAlive() ? machine.worker : null),
    awake: () => (machine.worker?.life.isFrozen() ? null : machine.alive()),
    isAware: () => machine.awake() !== null && clock.now() - thawedAt > NOTICE_MS,
    freeze: () => machine.alive()?.life.freeze(),
    thaw() {
      const life = machine.worker?.life
      if (!life?.isFrozen()) return
      thawedAt = clock.now()
      for (const callback of life.thaw()) clock.after(0, () => life.run(callback))
    },
    tombstones: () => tombstones,
    readTombstones: () => (tombstones = readTombstones(disk)),
    isForbidden: ({ sessionId, generation }) =>
      [...tombstones.values()].some((covered) => covered.sessionId === sessionId && generation <= covered.maxGeneration),
    ledgered: () =>
      openLedger(ledger)
        .entries()
        .map(({ session, generation }) => ({ sessionId: session, maxGeneration: generation })),
  }
  return machine
}
