import { Refused } from '../model/state.ts'
import type { SessionRow } from '../model/state.ts'
import type { World } from '../support/world.ts'
import { typeCode } from '../support/whatsapp/codes.ts'
import { pickOf } from './command.ts'
import type { Choice, Happening } from './command.ts'
import { anyIdOf, askForCode, askForLink, isLinked, poke, queueText, rowOf, scan } from './sessions.ts'

const MAX_SESSIONS = 3

/** What people do to a session: stored first, then the worker is told. A refusal is an answer. */
const CLICKS = {
  start(world: World, { id }: SessionRow, how: Choice['poke']): void {
    askForLink(world, world.people.startSession(id), how)
  },
  stop(world: World, { id }: SessionRow, how: Choice['poke']): void {
    world.people.stopSession(id)
    poke(world, how, id, null)
  },
  reset(world: World, { id }: SessionRow, how: Choice['poke']): void {
    poke(world, how, id, world.people.resetSession(id))
  },
  cancel(world: World, { id }: SessionRow, how: Choice['poke']): void {
    poke(world, how, id, world.people.cancelLink(id).order_id)
  },
  delete(world: World, { id }: SessionRow, how: Choice['poke']): void {
    if (!world.people.deleteSession(id)) return
    poke(world, how, id, world.database.orders().findLast((order) => order.session_id === id)?.id ?? null)
  },
}
type Click = keyof typeof CLICKS

function click(world: World, what: Click, row: SessionRow | null, how: Choice['poke']): void {
  if (!row) return
  try {
    CLICKS[what](world, row, how)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
}

function clicking(what: Click, weight: number, can: (row: SessionRow) => boolean): Happening {
  return {
    name: what,
    weight,
    can(world, choice) {
      const row = rowOf(world, choice)
      return row !== null && can(row)
    },
    run: (world, choice) => click(world, what, rowOf(world, choice), choice.poke),
  }
}

const workerFor = (world: World, choice: Choice) => world.worker(rowOf(world, choice)?.id)
const canCreate = (world: World): boolean => world.rows().length < MAX_SESSIONS
const canLink = (row: SessionRow | null): boolean => row?.status === 'disconnected' || row?.status === 'connecting'
const create = (world: World, how: Choice['poke']): SessionRow => {
  const row = world.people.createSession()
  askForLink(world, row, how)
  return row
}

export const PEOPLE: readonly Happening[] = [
  { name: 'create', weight: 2, can: canCreate, run: (world, choice) => void create(world, choice.poke) },
  {
    name: 'link a new one',
    weight: 4,
    can: canCreate,
    async run(world, choice) {
      const { id } = create(world, 'now')
      if (await scan(world, id, choice.phone, 2000)) await world.clock.advance(pickOf([0, 100, 400, 4000, 4000, 4000], choice.pick))
    },
  },
  {
    name: 'link by a code',
    weight: 3,
    can: (world, choice) => canCreate(world) || canLink(rowOf(world, choice)),
    async run(world, choice) {
      const known = rowOf(world, choice)
      const row = canLink(known) && known ? known : world.people.createSession()
      if (row === known) click(world, 'start', row, 'now')
      else poke(world, 'now', row.id, null)
      // As soon as the worker has looked, or later, when its first QR is gone.
      await world.clock.advance(pickOf([20, 200, 1000, 65_000], choice.pick))
      const phone = pickOf(world.service.phones, choice.phone)
      const code = await askForCode(world, row.id, phone, 11_000)
      const newer = choice.pick % 3 === 0 ? await askForCode(world, row.id, phone, 11_000) : code
      if (newer !== code && code !== null && typeCode(world.service, phone, code)) {
        world.violations.add('untrue', 'LNK-10', 'a code was taken after a newer one had been asked for')
      }
      // Somebody else, or the same in a second thought, while the code is out.
      const between = pickOf(['nothing', 'nothing', 'cancel', 'reset', 'delete'] as const, choice.pick)
      if (between !== 'nothing') click(world, between, world.rows().find(({ id }) => id === row.id) ?? null, choice.poke)
      if (newer !== null && typeCode(world.service, phone, newer)) await world.clock.advance(pickOf([0, 100, 400, 4000], choice.pick))
    },
  },
  {
    name: 'link again',
    weight: 3,
    can: (world, choice) => canLink(rowOf(world, choice)),
    async run(world, choice) {
      const row = rowOf(world, choice)
      if (!row) return
      click(world, 'start', row, 'now')
      if (await scan(world, row.id, choice.phone, 2000)) await world.clock.advance(pickOf([0, 100, 400, 4000, 4000, 4000], choice.pick))
    },
  },
  clicking('start', 2, (row) => row.status !== 'connected'),
  clicking('stop', 2, (row) => isLinked(row)),
  clicking('reset', 2, () => true),
  clicking('cancel', 1, (row) => !isLinked(row)),
  clicking('delete', 1, () => true),
  {
    name: 'clear and link again at once',
    weight: 1,
    can: (world, choice) => rowOf(world, choice) !== null,
    run(world, choice) {
      click(world, 'reset', rowOf(world, choice), choice.poke)
      click(world, 'start', rowOf(world, choice), choice.poke)
    },
  },
  {
    name: 'two tabs',
    weight: 1,
    can: (world, choice) => rowOf(world, choice) !== null,
    run(world, choice) {
      const clicks = Object.keys(CLICKS) as Click[]
      click(world, pickOf(clicks, choice.pick), rowOf(world, choice), choice.poke)
      click(world, pickOf(clicks, Math.floor(choice.pick / clicks.length)), rowOf(world, choice), choice.poke)
    },
  },
  {
    name: 'scan',
    weight: 2,
    can: (world) => world.service.waiting.size > 0,
    run(world, choice) {
      pickOf([...world.service.waiting.values()], choice.who).onServer.scanned(pickOf(world.service.phones, choice.phone))
    },
  },
  {
    name: 'watch',
    weight: 1,
    can: (world, choice) => rowOf(world, choice) !== null,
    run: (world, choice) => void workerFor(world, choice)?.watch(rowOf(world, choice)?.id ?? ''),
  },
  {
    name: 'leave',
    weight: 1,
    can: (world, choice) => (workerFor(world, choice)?.watchersOf(rowOf(world, choice)?.id ?? '') ?? 0) > 0,
    run: (world, choice) => workerFor(world, choice)?.leave(rowOf(world, choice)?.id),
  },
  {
    name: 'look again',
    weight: 1,
    can: (world, choice) => anyIdOf(world, choice) !== null,
    run: (world, choice) => poke(world, choice.poke, anyIdOf(world, choice) ?? '', null),
  },
  {
    name: 'clear again',
    weight: 1,
    can: (world) => world.database.orders().length > 0,
    run(world, choice) {
      const order = pickOf(world.database.orders(), choice.pick)
      poke(world, choice.poke, order.session_id, order.id)
    },
  },
  {
    name: 'queue a text',
    weight: 2,
    can: (world, choice) => world.worker() !== null && isLinked(rowOf(world, choice)),
    run: (world, choice) => queueText(world, rowOf(world, choice)?.id ?? ''),
  },
  { name: 'purge', weight: 1, can: (world) => world.rows().length > 0, run: (world) => void world.people.purgeStale() },
]
