import { CODE_ANSWERS, SEND_ANSWERS, UNLINK_ANSWERS } from '../support/whatsapp/service.ts'
import type { Device } from '../support/whatsapp/service.ts'
import type { World } from '../support/world.ts'
import { pickOf } from './command.ts'
import type { Choice, Happening } from './command.ts'
import { askForGroups, deviceOf, onlineOf, rowOf } from './sessions.ts'

/** Codes by which a connection is lost, the session is not. */
const LOSSES = [408, 428, 500, 503, 999, 515]
/** Codes by which a login is refused: for now, or for good. */
const REFUSALS = [401, 402, 403, 405, 406, 408, 411, 428, 440, 500, 503, 515]
const GIVE_UPS = [402, 405, 411]

const isOnline = (world: World, choice: Choice): boolean => onlineOf(world, choice) !== null
function online(run: (world: World, device: Device, choice: Choice) => void): Pick<Happening, 'can' | 'run'> {
  return {
    can: isOnline,
    run(world, choice) {
      const device = onlineOf(world, choice)
      if (device) run(world, device, choice)
    },
  }
}
const endAs = (device: Device, code: number): void => device.connection?.end({ code, message: `ended as ${code}` })

export const WHATSAPP: readonly Happening[] = [
  { name: 'drop', weight: 2, ...online((_, device, { pick }) => endAs(device, pickOf(LOSSES, pick))) },
  { name: 'replaced by another login', weight: 1, ...online((_, device) => endAs(device, 440)) },
  { name: 'refused while online', weight: 1, ...online((_, device, { pick }) => endAs(device, pickOf(GIVE_UPS, pick))) },
  {
    name: 'traffic',
    weight: 2,
    ...online((world, device, choice) => {
      device.connection?.onServer.traffic()
      const row = rowOf(world, choice)
      if (row && choice.pick % 2 === 0) askForGroups(world, row.id)
    }),
  },
  {
    name: 'unlinked by the phone',
    weight: 2,
    can: (world, choice) => deviceOf(world, rowOf(world, choice)?.id ?? '') !== null,
    run(world, choice) {
      const device = deviceOf(world, rowOf(world, choice)?.id ?? '')
      if (!device) return
      world.service.forget(device)
      endAs(device, pickOf([401, 401, 406], choice.pick))
    },
  },
  {
    name: 'banned',
    weight: 1,
    ...online((world, device, { pick }) => {
      if (pick % 2 === 0) world.service.banned.add(device.phone)
      endAs(device, 403)
    }),
  },
  { name: 'pardoned', weight: 1, can: (world) => world.service.banned.size > 0, run: (world) => world.service.banned.clear() },
  { name: 'the next login is refused', weight: 1, run: (world, { pick }) => world.service.refuseNext(pickOf(REFUSALS, pick)) },
  {
    name: 'unlinking is answered otherwise',
    weight: 1,
    run: (world, { pick }) => void (world.service.behaviour.unlink = pickOf(UNLINK_ANSWERS, pick)),
  },
  {
    name: 'sending is answered otherwise',
    weight: 1,
    run: (world, { pick }) => void (world.service.behaviour.send = pickOf(SEND_ANSWERS, pick)),
  },
  {
    name: 'codes are answered otherwise',
    weight: 1,
    run: (world, { pick }) => void (world.service.behaviour.codes = pickOf(CODE_ANSWERS, pick)),
  },
  {
    name: 'a passkey is demanded, or not any more',
    weight: 1,
    run: (world, { pick }) => void (world.service.behaviour.passkey = pick % 4 === 0),
  },
  {
    name: 'WhatsApp is out of reach',
    weight: 1,
    can: (world) => world.service.behaviour.reachable,
    run(world) {
      world.service.behaviour.reachable = false
      for (const connection of world.service.connections) connection.end(null)
    },
  },
  {
    name: 'WhatsApp is in reach again',
    weight: 3,
    can: (world) => !world.service.behaviour.reachable,
    run: (world) => void (world.service.behaviour.reachable = true),
  },
]
