import type { BinaryNode } from 'baileys'
import type { WebSocket } from 'ws'
import { answerCodeStage } from './code-linking.ts'
import { takeConfirmation, takeReceipt } from './companion-messages.ts'
import { acceptConnection } from './connection.ts'
import type { Connection, ConnectionHandlers } from './connection.ts'
import { confirmHistory } from './first-sync.ts'
import { happened } from './happenings.ts'
import { jidOf, logIn } from './login.ts'
import { takeMessage } from './messages.ts'
import { answerQuery } from './queries.ts'
import { beginRegistration } from './registration.ts'
import { child, failure } from './stanzas.ts'
import { createWeather, isOutdated } from './weather.ts'
import type { World } from './world.ts'

/** What a client hears that is too old. */
const OUTDATED = 405
/** What a client confirms by an acknowledgement; a message, by a receipt. */
const CONFIRMED: ReadonlySet<string> = new Set(['notification', 'receipt'])

/** Serves one client from its first byte to its last. */
export function serveClient(world: World, socket: WebSocket): void {
  world.counts.connections += 1
  const chance = world.chance.of(`connection/${world.counts.connections}`)
  const weather = createWeather(() => world.behaviour, chance.of('weather'))
  const handlers: ConnectionHandlers = {
    greeted(connection, { noisePublicKey, payload }) {
      if (isOutdated(world.behaviour.minimumVersion, payload)) {
        world.counts.refused += 1
        connection.end(failure(OUTDATED))
      } else if (payload.devicePairingData) beginRegistration(world, connection, noisePublicKey, payload)
      else logIn(world, connection, noisePublicKey, payload)
    },
    received: (connection, stanza) => receive(world, connection, stanza),
    closed(connection) {
      const jid = jidOf(world, connection)
      if (jid !== undefined) {
        world.online.delete(jid)
        world.log('device offline', { jid })
        happened(world, 'offline')
      }
      const registration = world.waiting.get(connection.id)
      world.waiting.delete(connection.id)
      registration?.onAnswer?.(undefined)
      registration?.code?.onFinish?.(undefined)
    },
    broken: (error) => world.log('connection cut', { reason: error instanceof Error ? error.message : String(error) }),
  }
  acceptConnection(socket, handlers, { chance, weather })
}

function receive(world: World, connection: Connection, stanza: BinaryNode): void {
  if (stanza.tag === 'message') {
    const sender = jidOf(world, connection)
    if (sender === undefined) return
    takeMessage(world, connection, sender, stanza).catch((error: unknown) => {
      world.log('a message was lost', { reason: error instanceof Error ? error.message : String(error) })
    })
    return
  }
  if (stanza.tag === 'receipt') {
    const sender = jidOf(world, connection)
    const device = world.accounts.device(sender ?? '')?.device
    if (sender === undefined || !device) return
    if (stanza.attrs['type'] !== 'retry') confirmHistory(world, device, stanza.attrs['id'] ?? '')
    takeReceipt(world, sender, stanza).catch((error: unknown) => {
      world.log('a message was lost', { reason: error instanceof Error ? error.message : String(error) })
    })
    return
  }
  if (stanza.tag === 'ack' && CONFIRMED.has(stanza.attrs['class'] ?? '')) {
    takeConfirmation(world, jidOf(world, connection) ?? '', stanza)
    return
  }
  if (stanza.tag !== 'iq') return
  if (stanza.attrs['type'] === 'result') {
    if (stanza.attrs['id'] === `success-${connection.id}`) world.waiting.get(connection.id)?.onAnswer?.(stanza)
    return
  }
  const jid = jidOf(world, connection)
  const device = jid === undefined ? undefined : world.accounts.device(jid)?.device
  if (jid !== undefined && device) answerQuery({ world, connection, jid, device, iq: stanza })
  else if (stanza.attrs['xmlns'] === 'md') answerUnlinked(world, connection, stanza)
  else if (stanza.attrs['xmlns'] === 'w:p') connection.send({ tag: 'iq', attrs: { type: 'result', id: stanza.attrs['id'] ?? '' } })
}

function answerUnlinked(world: World, connection: Connection, iq: BinaryNode): void {
  const stage = child(iq, 'link_code_companion_reg')
  if (stage) answerCodeStage(world, connection, iq, stage)
}
