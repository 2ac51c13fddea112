import type { Loss } from '../support/disk/inodes.ts'
import { SNAPSHOT_DAMAGES } from '../support/road.ts'
import { planOf } from '../support/armed.ts'
import type { Fault, StepKind } from '../support/steps.ts'
import { pickOf } from './command.ts'
import type { Choice, Happening } from './command.ts'
import { rowOf } from './sessions.ts'

const LOSSES: readonly Loss[] = ['all_kept', 'all_lost', 'torn']
const KINDS: readonly StepKind[] = ['disk', 'disk', 'disk', 'database', 'network']
const CRASHES: readonly Fault[] = ['crash_before', 'crash_after']
const ROAD_FAULTS: readonly Fault[] = ['lost_request', 'lost_answer', 'late']
const HOUR_MS = 3_600_000
const JUMPS_MS = [-HOUR_MS, -10_000, 10_000, HOUR_MS, 40 * 24 * HOUR_MS]

/** Several independent choices out of one number. */
const nth = ({ pick }: Choice, most: number): number => 1 + (pick % most)
const second = <T>({ pick }: Choice, list: readonly T[]): T => pickOf(list, Math.floor(pick / 40))

export const TROUBLE: readonly Happening[] = [
  {
    name: 'crash',
    weight: 2,
    can: (world) => world.worker() !== null,
    run(world, { pick }) {
      world.setLoss(pickOf(LOSSES, pick))
      world.crash()
    },
  },
  {
    name: 'crash and stay down',
    weight: 1,
    can: (world) => world.worker() !== null,
    run(world, { pick }) {
      world.staysDown = true
      world.setLoss(pickOf(LOSSES, pick))
      world.crash()
    },
  },
  {
    name: 'come up',
    weight: 4,
    can: (world) => world.staysDown,
    run(world) {
      world.staysDown = false
      world.start()
    },
  },
  {
    name: 'a crash is armed',
    weight: 3,
    can: (world) => world.worker() !== null,
    run(world, choice) {
      world.setLoss(pickOf(LOSSES, choice.who))
      world.steps.plan(planOf({ kind: pickOf(KINDS, choice.phone * 2), nth: nth(choice, 40), fault: second(choice, CRASHES), times: 1 }))
    },
  },
  {
    name: 'the disk will refuse',
    weight: 2,
    run(world, choice) {
      const fault = second<Fault>(choice, ['full', 'io_error'])
      world.steps.plan(planOf({ kind: 'disk', nth: nth(choice, 40), fault, times: pickOf([1, 1, 5, 60], choice.who + choice.phone) }))
    },
  },
  {
    name: 'a call to the database will fail',
    weight: 2,
    run(world, choice) {
      world.steps.plan(planOf({ kind: 'database', nth: nth(choice, 6), fault: second(choice, ROAD_FAULTS), times: 1 + choice.who }))
    },
  },
  {
    name: 'a message to or from WhatsApp will be lost',
    weight: 1,
    run(world, choice) {
      const fault = second<Fault>(choice, ['lost_request', 'lost_answer'])
      world.steps.plan(planOf({ kind: 'network', nth: nth(choice, 10), fault, times: 1 + choice.who }))
    },
  },
  { name: 'all is well again', weight: 2, run: (world) => world.steps.plan(null) },
  {
    name: 'the database is away',
    weight: 1,
    can: (world) => !world.roadState.isDown,
    run: (world) => void (world.roadState.isDown = true),
  },
  {
    name: 'the database is back',
    weight: 3,
    can: (world) => world.roadState.isDown,
    run: (world) => void (world.roadState.isDown = false),
  },
  {
    name: 'the database is slow or fast',
    weight: 1,
    run: (world, { pick }) => void (world.roadState.latencyMs = pickOf([20, 500, 4000], pick)),
  },
  { name: 'a snapshot is damaged', weight: 1, run: (world, { pick }) => void world.roadState.damages.push(pickOf(SNAPSHOT_DAMAGES, pick)) },
  { name: 'the clock jumps', weight: 1, run: (world, { pick }) => world.clock.jump(pickOf(JUMPS_MS, pick)) },
  { name: 'restart', weight: 1, can: (world) => world.worker() !== null, run: (world) => world.stop() },
  { name: 'some seconds pass', weight: 3, run: (world, { pick }) => world.clock.advance(1000 + pick * 30) },
  { name: 'minutes pass', weight: 1, run: (world, { pick }) => world.clock.advance(60_000 + pick * 300) },
  {
    name: 'the database is saved',
    weight: 1,
    can: (world) => world.rows().length > 0,
    run: (world) => void (world.saved.database = world.saveDatabase()),
  },
  {
    name: 'the database is restored',
    weight: 1,
    can: (world, { pick }) => world.saved.database !== null && pick % 3 === 0,
    run(world) {
      if (world.saved.database) world.restoreDatabase(world.saved.database)
    },
  },
  {
    name: 'the data folder is saved',
    weight: 1,
    can: (world) => world.rows().length > 0,
    run: (world) => void (world.saved.folder = world.saveFolder()),
  },
  {
    name: 'the data folder is restored',
    weight: 1,
    can: (world, { pick }) => world.saved.folder !== null && pick % 3 === 0,
    async run(world) {
      await world.stop()
      if (world.saved.folder) world.restoreFolder(world.saved.folder)
    },
  },
  {
    name: 'credentials are spoiled',
    weight: 1,
    can: (world, choice) => rowOf(world, choice) !== null && choice.pick % 2 === 0,
    async run(world, choice) {
      const { id } = rowOf(world, choice) ?? { id: '' }
      await world.stop()
      world.spoil(id, choice.pick % 4 === 0)
    },
  },
]
