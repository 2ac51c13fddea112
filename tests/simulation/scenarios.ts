import type { WorkerStore } from '../../worker/store/data-folder.ts'
import { pickOf } from './commands/command.ts'
import type { SessionRow } from './model/state.ts'
import { askForCode, askForLink, deviceOf, queueText, scan, waitingOf } from './commands/sessions.ts'
import { MASTER_KEY, NEXT_MASTER_KEY } from './support/sealed.ts'
import { typeCode } from './support/whatsapp/codes.ts'
import type { World } from './support/world.ts'

/** Something that the worker does, whose every step is failed in turn. `prepare` is what was before and is not looked at. */
export type Scenario = {
  name: string
  /** Whether the worker has a master key from the beginning. */
  sealed: boolean
  /** Where credentials are at home; absent: in its folder. */
  store?: WorkerStore
  prepare?(world: World): Promise<void>
  act(world: World): Promise<void>
}

/** Lets time pass until something is so, or the worker is dead, or it takes too long. */
async function until(world: World, isSo: () => boolean, patienceMs = 20_000): Promise<void> {
  for (let waited = 0; waited < patienceMs && world.worker() && !isSo(); waited += 100) await world.clock.advance(100)
}
const rowOf = (world: World): SessionRow | undefined => world.rows()[0]
const idOf = (world: World): string => rowOf(world)?.id ?? ''
const is = (world: World, status: SessionRow['status']) => () => rowOf(world)?.status === status
const allReported = (world: World) => () => world.database.orders().every(({ completed_at }) => completed_at !== null)

async function show(world: World): Promise<string> {
  const row = world.people.createSession()
  askForLink(world, row, 'now')
  await until(world, () => waitingOf(world, row.id) !== null)
  return row.id
}
async function link(world: World): Promise<void> {
  await scan(world, await show(world), 0, 2000)
  await until(world, is(world, 'connected'))
}
/** Asks for a code, or a second one, and types it. */
async function linkByCode(world: World): Promise<void> {
  const id = await show(world)
  const phone = pickOf(world.service.phones, 0)
  await askForCode(world, id, phone, 11_000)
  typeCode(world.service, phone, (await askForCode(world, id, phone, 11_000)) ?? '')
  await until(world, is(world, 'connected'))
}
/** With a snapshot beside the credentials and a text that waits. */
async function linkWithAll(world: World): Promise<void> {
  await link(world)
  world.service.behaviour.send = 'ignored'
  queueText(world, idOf(world))
  await world.clock.advance(500)
}
function reset(world: World): void {
  const id = idOf(world)
  world.worker()?.clear(id, world.people.resetSession(id))
}
function erase(world: World): void {
  const id = idOf(world)
  if (!world.people.deleteSession(id)) reset(world)
  else world.worker()?.clear(id, world.database.orders().at(-1)?.id ?? '')
}
async function cleared(world: World): Promise<void> {
  await world.clock.advance(300)
  await until(world, allReported(world))
}

/** Link, save, back up, send, clear: the last as it comes in every state that a session can be in. */
/** What happens with a master key and without one. */
const EITHER_WAY: readonly Omit<Scenario, 'sealed'>[] = [
  {
    name: 'start',
    async prepare(world) {
      await linkWithAll(world)
      await world.stop()
    },
    async act(world) {
      world.start()
      await world.clock.advance(300)
      await until(world, is(world, 'connected'))
    },
  },
  { name: 'link', act: link },
  { name: 'link by a code', act: linkByCode },
  {
    name: 'save while running',
    prepare: link,
    async act(world) {
      deviceOf(world, idOf(world))?.connection?.onServer.traffic()
      await world.clock.advance(300)
      deviceOf(world, idOf(world))?.connection?.end({ code: 428, message: 'lost' })
      await until(world, is(world, 'reconnecting'))
      await until(world, is(world, 'connected'))
    },
  },
  {
    name: 'back up',
    prepare: link,
    act: (world) => world.clock.advance(65_000),
  },
  {
    name: 'restore from a backup',
    async prepare(world) {
      await link(world)
      await world.stop()
      world.spoil(idOf(world))
    },
    async act(world) {
      world.start()
      await world.clock.advance(1000)
      await until(world, is(world, 'connected'))
    },
  },
  {
    name: 'send',
    prepare: link,
    async act(world) {
      queueText(world, idOf(world))
      queueText(world, idOf(world))
      await until(world, () => world.service.delivered.length === 2)
      await world.clock.advance(500)
    },
  },
  {
    name: 'clear while connected',
    prepare: linkWithAll,
    async act(world) {
      reset(world)
      await cleared(world)
    },
  },
  {
    name: 'clear while nobody has scanned',
    async prepare(world) {
      await show(world)
    },
    async act(world) {
      const id = idOf(world)
      world.worker()?.clear(id, world.people.cancelLink(id).order_id ?? '')
      await cleared(world)
    },
  },
  {
    name: 'clear between scan and login',
    async prepare(world) {
      await scan(world, await show(world), 0, 2000)
      await until(world, () => world.service.everLinked.size > 0)
    },
    async act(world) {
      erase(world)
      await cleared(world)
    },
  },
  {
    name: 'clear while stopped',
    async prepare(world) {
      await linkWithAll(world)
      world.people.stopSession(idOf(world))
      world.worker()?.look(idOf(world))
      await until(world, is(world, 'stopped'))
    },
    async act(world) {
      erase(world)
      await cleared(world)
    },
  },
  {
    name: 'clear while reconnecting',
    async prepare(world) {
      await linkWithAll(world)
      deviceOf(world, idOf(world))?.connection?.end({ code: 503, message: 'lost' })
      await until(world, is(world, 'reconnecting'))
    },
    async act(world) {
      erase(world)
      await cleared(world)
    },
  },
  {
    name: 'clear during a clear',
    async prepare(world) {
      await linkWithAll(world)
      world.service.behaviour.unlink = 'ignored'
    },
    async act(world) {
      reset(world)
      await world.clock.advance(400)
      erase(world)
      await cleared(world)
    },
  },
  {
    name: 'clear whose unlink gets no answer, and a new link at once',
    async prepare(world) {
      await linkWithAll(world)
      world.service.behaviour.unlink = 'lost'
    },
    async act(world) {
      reset(world)
      askForLink(world, world.people.startSession(idOf(world)), 'now')
      await scan(world, idOf(world), 1, 2000)
      await until(world, is(world, 'connected'))
      await cleared(world)
    },
  },
  {
    name: 'clear that the phone made',
    prepare: linkWithAll,
    async act(world) {
      const device = deviceOf(world, idOf(world))
      if (!device) return
      world.service.forget(device)
      device.connection?.end({ code: 401, message: 'device removed' })
      await until(world, is(world, 'disconnected'))
      await cleared(world)
    },
  },
]

/** What happens to a folder that is sealed, or sealed anew. */
const SEALING: readonly Scenario[] = [
  {
    name: 'a folder that lay in the clear gets a master key',
    sealed: false,
    async prepare(world) {
      await linkWithAll(world)
      await world.stop()
      world.giveMasterKeys(MASTER_KEY)
    },
    async act(world) {
      world.start()
      await until(world, is(world, 'connected'))
    },
  },
  {
    name: 'a new master key takes the place of another',
    sealed: true,
    async prepare(world) {
      await linkWithAll(world)
      await world.stop()
      world.giveMasterKeys(NEXT_MASTER_KEY, MASTER_KEY)
    },
    async act(world) {
      world.start()
      await until(world, is(world, 'connected'))
    },
  },
]

/** Of copies no snapshots are made. */
const OF_SNAPSHOTS = new Set(['back up', 'restore from a backup'])

/** The same where credentials are at home in the database. */
export const DATABASE_SCENARIOS: readonly Scenario[] = EITHER_WAY.filter(({ name }) => !OF_SNAPSHOTS.has(name)).map((scenario) =>
  Object.assign({}, scenario, { name: `${scenario.name}, in the database`, sealed: true, store: 'database' as const }),
)

export const SCENARIOS: readonly Scenario[] = [
  ...EITHER_WAY.map((scenario) => Object.assign({}, scenario, { sealed: false })),
  ...EITHER_WAY.map((scenario) => Object.assign({}, scenario, { name: `${scenario.name}, sealed`, sealed: true })),
  ...SEALING,
]
