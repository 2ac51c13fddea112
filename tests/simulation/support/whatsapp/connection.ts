import type { Clock } from '../../../../worker/clock.ts'
import { holdFrames } from '../../../../worker/whatsapp/held-frames.ts'
import type { CloseCause, CredentialAccess } from '../../../../worker/whatsapp/port.ts'
import type { Life } from '../life.ts'
import type { Random } from '../random.ts'
import type { SimulatedClock } from '../simulated-clock.ts'
import type { Steps } from '../steps.ts'
import type { Service } from './service.ts'

/** What one life of the worker reaches WhatsApp with. */
export type Network = { life: Life; clock: Clock; world: SimulatedClock; steps: Steps; random: Random; service: Service }

/** A connection between a client and WhatsApp. Each message is a step, takes some milliseconds, and can be lost: then the connection is. */
export type Connection = {
  readonly identity: number
  /** Whose it is on our side. */
  readonly life: Life
  readonly openedAt: number
  isUp(): boolean
  /** What the server still knows of it. */
  isConnected(): boolean
  /** A message to the server, which does `arrive` when it comes; `handshakeMs` is what has to happen before it can be sent. */
  toServer(call: string, arrive: () => void, handshakeMs?: number): void
  /** A message to the client. */
  toClient(call: string, arrive: () => void): void
  /** The server ends it with a code; `null`: it breaks without a word. */
  end(cause: CloseCause | null): void
  /** The client is gone; the server notices. */
  hangUp(): void
  onServer: ConnectionHandlers
}

type ConnectionHandlers = {
  /** The phone scanned the QR that is shown. */
  scanned(phone: string): void
  /** Something came in that makes the client write keys. */
  traffic(): void
}

const BROKEN: CloseCause = { code: 428, message: 'Connection Terminated' }

type Options = {
  identity: number
  access: Pick<CredentialAccess, 'settled'>
  /** The client hears that it is over; called once, and not after `hangUp`. */
  closed(cause: CloseCause): void
  /** A message leaves the client. */
  leaves(call: string): void
}

export function createConnection(network: Network, { identity, access, closed, leaves }: Options): Connection {
  const { life, world, steps, random, service } = network
  let clientUp = true
  let serverUp = true
  const latency = (): number => random.between(2, 80)
  /** Messages of one direction never overtake each other. */
  const line = { toServer: 0, toClient: 0 }
  const arrival = (direction: 'toServer' | 'toClient'): number => {
    line[direction] = Math.max(line[direction], world.now() + latency())
    return line[direction] - world.now()
  }

  const leave = (): void => {
    serverUp = false
    service.connections.delete(connection)
    for (const [qr, waiting] of service.waiting) if (waiting === connection) service.waiting.delete(qr)
    for (const device of service.devices) if (device.connection === connection) device.connection = null
  }
  const tellClosed = (cause: CloseCause): void => {
    if (!clientUp) return
    clientUp = false
    closed(cause)
  }
  const step = (call: string) => steps.before(life, { kind: 'network', call, target: 'whatsapp', changes: true })

  const send: Connection['toServer'] = (call, arrive, handshakeMs = 0) => {
    if (!clientUp) return
    leaves(call)
    line.toServer = Math.max(line.toServer, world.now() + handshakeMs)
    const fault = step(call)
    if (fault === 'lost_request' || !service.behaviour.reachable) return connection.end(null)
    world.after(arrival('toServer'), () => {
      if (!serverUp) return
      if (fault === 'lost_answer') {
        arrive()
        connection.end(null)
      } else arrive()
    })
    if (fault === 'crash_after') throw life.crash()
  }
  /** Below Baileys: what holds frames back there does so here. */
  const socket = { send: (frame: unknown): void => (frame as () => void)() }
  holdFrames({ ws: { socket } }, access)

  const connection: Connection = {
    identity,
    life,
    openedAt: world.now(),
    onServer: { scanned: () => {}, traffic: () => {} },
    isUp: () => clientUp && life.isAlive(),
    isConnected: () => clientUp && serverUp && life.isAlive(),
    toServer: (...frame) => socket.send(() => send(...frame)),
    toClient(call, arrive) {
      if (!serverUp) return
      world.after(arrival('toClient'), () =>
        life.run(() => {
          if (!clientUp) return
          const fault = step(call)
          if (fault === 'lost_request') return connection.end(null)
          arrive()
          if (fault === 'lost_answer') connection.end(null)
          if (fault === 'crash_after') throw life.crash()
        }),
      )
    },
    end(cause) {
      if (!serverUp) return
      leave()
      world.after(arrival('toClient'), () =>
        life.run(() => {
          if (!clientUp) return
          const fault = step(`closed ${cause?.code ?? BROKEN.code}`)
          tellClosed(fault === 'lost_request' ? BROKEN : (cause ?? BROKEN))
          if (fault === 'crash_after') throw life.crash()
        }),
      )
    },
    hangUp() {
      if (!clientUp) return
      clientUp = false
      // What was sent before still arrives.
      world.after(arrival('toServer'), () => serverUp && leave())
    },
  }
  service.connections.add(connection)
  life.onEnd(() => connection.hangUp())
  return connection
}
