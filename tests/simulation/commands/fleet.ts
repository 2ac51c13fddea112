import type { Loss } from '../support/disk/inodes.ts'
import type { Machine } from '../support/machine.ts'
import { planOf } from '../support/armed.ts'
import type { Fault, StepKind } from '../support/steps.ts'
import type { World } from '../support/world.ts'
import { pickOf } from './command.ts'
import type { Choice, Happening } from './command.ts'
import { TROUBLE } from './trouble.ts'

const LOSSES: readonly Loss[] = ['all_kept', 'all_lost', 'torn']
const KINDS: readonly StepKind[] = ['disk', 'database', 'database', 'network']
const CRASHES: readonly Fault[] = ['crash_before', 'crash_after']

const machineOf = (world: World, { phone }: Choice): Machine => pickOf(world.machines, phone)
const isAwake = (world: World, choice: Choice): boolean => machineOf(world, choice).awake() !== null

/** What befalls one worker of several, while the others go on. */
const OF_ONE: readonly Happening[] = [
  {
    name: 'kill one',
    weight: 2,
    can: (world, choice) => machineOf(world, choice).alive() !== null,
    run(world, choice) {
      const machine = machineOf(world, choice)
      machine.loss = pickOf(LOSSES, choice.pick)
      world.crash(machine)
    },
  },
  {
    name: 'kill one, which stays down',
    weight: 2,
    can: (world, choice) => machineOf(world, choice).alive() !== null,
    run(world, choice) {
      const machine = machineOf(world, choice)
      Object.assign(machine, { loss: pickOf(LOSSES, choice.pick), staysDown: true } satisfies Partial<Machine>)
      world.crash(machine)
    },
  },
  { name: 'freeze one', weight: 3, can: isAwake, run: (world, choice) => machineOf(world, choice).freeze() },
  {
    name: 'thaw one',
    weight: 3,
    can: (world, choice) => machineOf(world, choice).worker?.life.isFrozen() === true,
    run: (world, choice) => machineOf(world, choice).thaw(),
  },
  {
    name: 'cut one from the database',
    weight: 2,
    can: (world, choice) => !machineOf(world, choice).roadState.isDown,
    run: (world, choice) => void (machineOf(world, choice).roadState.isDown = true),
  },
  {
    name: 'join one to the database',
    weight: 3,
    can: (world, choice) => machineOf(world, choice).roadState.isDown,
    run: (world, choice) => void (machineOf(world, choice).roadState.isDown = false),
  },
  {
    name: 'the database is slow or fast for one',
    weight: 1,
    run: (world, choice) => void (machineOf(world, choice).roadState.latencyMs = pickOf([20, 500, 4000], choice.pick)),
  },
  {
    name: 'a snapshot of one is damaged',
    weight: 1,
    run: (world, choice) =>
      void machineOf(world, choice).roadState.damages.push(pickOf(['cut', 'hollow', 'foreign', 'crowded'] as const, choice.pick)),
  },
  { name: 'stop one and start it again', weight: 2, can: isAwake, run: (world, choice) => world.stop(machineOf(world, choice)) },
  {
    name: 'stop one, which stays down',
    weight: 2,
    can: isAwake,
    run(world, choice) {
      machineOf(world, choice).staysDown = true
      return world.stop(machineOf(world, choice))
    },
  },
  {
    name: 'one comes up',
    weight: 4,
    can: (world, choice) => machineOf(world, choice).staysDown,
    run: (world, choice) => void (machineOf(world, choice).staysDown = false),
  },
  {
    name: 'a crash of whoever comes to it is armed',
    weight: 3,
    run(world, { phone, pick }) {
      world.steps.plan(
        planOf({ kind: pickOf(KINDS, phone + pick), nth: 1 + (pick % 40), fault: pickOf(CRASHES, Math.floor(pick / 40)), times: 1 }),
      )
    },
  },
  { name: 'a lease runs out', weight: 4, run: (world, { pick }) => world.clock.advance(29_000 + (pick % 10) * 1000) },
]

/** What befalls all of them alike. */
const OF_ALL = new Set([
  'the disk will refuse',
  'a call to the database will fail',
  'a message to or from WhatsApp will be lost',
  'all is well again',
  'the clock jumps',
  'some seconds pass',
  'minutes pass',
])

export const FLEET_TROUBLE: readonly Happening[] = [...OF_ONE, ...TROUBLE.filter(({ name }) => OF_ALL.has(name))]
/**
 * Who restores a database tells it what the ledgers know before any worker begins (docs/how-to/backup-and-restore.md): that is no part of these
 * histories.
 */
export const DATABASE_TROUBLE: readonly Happening[] = TROUBLE.filter(({ name }) => name !== 'the database is restored')
