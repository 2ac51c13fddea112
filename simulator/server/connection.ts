import { decodeBinaryNode, encodeBinaryNode } from 'baileys'
import type { BinaryNode } from 'baileys'
import type { RawData, WebSocket } from 'ws'
import type { Chance } from '../chance.ts'
import { createFrameReader, frame } from '../noise/frames.ts'
import { createHandshake } from '../noise/handshake.ts'
import type { Greeting } from '../noise/handshake.ts'
import type { Transport } from '../noise/transport.ts'
import { createPipe } from './pipe.ts'
import type { Weather } from './weather.ts'

const HANDSHAKE_TIMEOUT_MS = 20_000

/** One client's connection after its handshake. */
export type Connection = {
  readonly id: string
  readonly openedAt: Date
  /** Who logged in here. */
  jid?: string
  /** Sends a stanza; dropped when the connection is closed or silent. */
  send(stanza: BinaryNode): void
  /** Sends a last stanza, if there is one, and closes. */
  end(last?: BinaryNode): void
  /** Cuts the connection without a word. */
  drop(): void
  /** While silent, nothing that comes in is looked at and nothing goes out; the connection stays open. */
  silence(silent: boolean): void
  readonly silent: boolean
}

/** Who wants to hear of a connection. */
export type ConnectionHandlers = {
  greeted(connection: Connection, greeting: Pick<Greeting, 'noisePublicKey' | 'payload'>): void
  received(connection: Connection, stanza: BinaryNode): void
  closed(connection: Connection): void
  /** The client broke the protocol, and the connection was cut. */
  broken(error: unknown): void
}

/** Speaks the Noise handshake on a fresh web socket, then stanzas. */
export function acceptConnection(
  socket: WebSocket,
  handlers: ConnectionHandlers,
  surroundings: { chance: Chance; weather: Weather },
): void {
  const { chance, weather } = surroundings
  const reader = createFrameReader()
  const handshake = createHandshake(chance.keyPair())
  const pipe = createPipe(weather)
  let step: 'hello' | 'finish' | 'open' = 'hello'
  let transport: Transport | undefined
  let silent = false
  // Stanzas decode asynchronously; one chain keeps their order, which the counters of the cipher depend on.
  let reading: Promise<void> = Promise.resolve()
  const deadline = setTimeout(() => socket.terminate(), HANDSHAKE_TIMEOUT_MS)
  const cutAfter = weather.cutAfter()
  const cut = cutAfter === undefined ? undefined : setTimeout(() => socket.terminate(), cutAfter)

  const isOpen = () => socket.readyState === socket.OPEN
  const connection: Connection = {
    id: chance.uuid(),
    openedAt: new Date(),
    send(stanza) {
      // What is told later is encrypted later: the counters of the cipher follow the order of the frames.
      const said = weather.dressed(stanza)
      pipe(() => {
        if (transport && !silent && !weather.silent() && isOpen()) socket.send(frame(transport.encrypt(encodeBinaryNode(said))))
      })
    },
    end(last) {
      if (last) connection.send(last)
      pipe(() => socket.close())
    },
    drop: () => socket.terminate(),
    silence: (value) => {
      silent = value
    },
    get silent() {
      return silent
    },
  }

  const take = async (data: Buffer): Promise<void> => {
    if (step === 'hello') {
      if (weather.silent()) return
      step = 'finish'
      const hello = frame(handshake.hello(data))
      pipe(() => isOpen() && socket.send(hello))
    } else if (step === 'finish') {
      const greeting = handshake.finish(data)
      transport = greeting.transport
      step = 'open'
      clearTimeout(deadline)
      handlers.greeted(connection, greeting)
    } else if (transport) {
      const stanza = await decodeBinaryNode(transport.decrypt(data))
      if (!silent && !weather.silent()) handlers.received(connection, stanza)
    }
  }

  socket.on('message', (data: RawData) => {
    reading = reading
      .then(async () => {
        for (const one of reader.push(toBuffer(data))) await take(one)
      })
      .catch((error: unknown) => {
        handlers.broken(error)
        socket.terminate()
      })
  })
  socket.on('error', (error) => handlers.broken(error))
  socket.on('close', () => {
    clearTimeout(deadline)
    clearTimeout(cut)
    handlers.closed(connection)
  })
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
