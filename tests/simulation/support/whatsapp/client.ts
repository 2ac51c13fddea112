import type { Group } from '#domain/names.ts'
import { readAck } from '../../../../worker/whatsapp/acks.ts'
import type { CloseCause, OutgoingText, SendOutcome, SocketEvent, WhatsAppSocket } from '../../../../worker/whatsapp/port.ts'
import { Crashed } from '../life.ts'
import { askForCode } from './codes.ts'
import { createConnection } from './connection.ts'
import type { Connection, Network } from './connection.ts'
import { secretOf } from './identity.ts'
import type { Creds } from './identity.ts'
import { listGroups, logIn, receiveText, register, unlinkByCompanion } from './server.ts'
import type { Auth, WhatsAppWatcher } from './simulated-whatsapp.ts'

/** What the client does for the server's messages, as Baileys does: what it writes, and in which order it tells. */
export type Client = {
  readonly auth: Auth
  readonly connection: Connection
  tell(event: SocketEvent): void
  /** Writes as Baileys' listeners do; a disk that refuses is told, and ends the connection. */
  writing(work: () => void): boolean
  storeCreds(paired: { phoneNumber: string } | null): void
  storeKeys(name: string): void
  /** Ends by itself. */
  endAs(cause: CloseCause): void
  opened(): void
}

/** Device removed, in WhatsApp's words. */
const DEVICE_GONE = 401

/** Opens a connection for an identity and does what Baileys would. */
export function openClient(network: Network, auth: Auth, watcher: WhatsAppWatcher, onEvent: (event: SocketEvent) => void): WhatsAppSocket {
  const { life, clock, random } = network
  const identity = auth.creds.registrationId
  let open = false
  let silent = false
  let closed: CloseCause | null = null
  const closeListeners = new Set<(cause: CloseCause) => void>()

  const tell = (event: SocketEvent): void => {
    if (!silent && life.isAlive()) onEvent(event)
  }
  const end = (cause: CloseCause): void => {
    open = false
    closed ??= cause
    for (const listener of closeListeners) listener(closed)
    tell({ type: 'closed', cause: closed })
    silent = true
  }
  // Of a link that is not made yet no number is stored.
  const toStore = (): Creds => (auth.creds.account ? auth.creds : { ...auth.creds, me: undefined })
  const storeCreds = (paired: { phoneNumber: string } | null): void => auth.access.writeCreds(JSON.stringify(toStore()), paired)
  const linkedAs = (): { phoneNumber: string } | null => {
    const { me, account } = auth.creds
    return me && account ? { phoneNumber: `+${me.id.split(/[:@]/)[0] ?? ''}` } : null
  }

  watcher.connecting(identity, auth.creds.me !== undefined)
  const leaves = (call: string): void => watcher.leaving(identity, call)
  const connection = createConnection(network, { identity, access: auth.access, closed: end, leaves })
  auth.onFailure = (error) => tell({ type: 'storage_failed', error })

  const client: Client = {
    auth,
    connection,
    tell,
    writing(work) {
      try {
        work()
        return true
      } catch (error) {
        if (error instanceof Crashed) throw error
        auth.onFailure(error as Error)
        client.endAs({ code: 428, message: 'the store refused' })
        return false
      }
    },
    storeCreds: (paired) => storeCreds(paired ?? linkedAs()),
    storeKeys: (name) => auth.access.writeKeys([{ type: 'session', id: name, value: secretOf(identity, `session-${name}`) }]),
    endAs(cause) {
      connection.hangUp()
      if (!closed) end(cause)
    },
    opened() {
      open = true
      tell({ type: 'opened' })
    },
  }
  if (auth.creds.me) logIn(network, client)
  else register(network, client)

  /** Asks, and waits for an answer at most `ms`, or until the connection ends. */
  const ask = <T>(ms: number, onTimeout: T, onClose: (cause: CloseCause) => T, send: (finish: (answer: T) => void) => void): Promise<T> =>
    new Promise((resolve) => {
      const finish = (answer: T): void => {
        cancel()
        closeListeners.delete(closing)
        resolve(answer)
      }
      const closing = (cause: CloseCause): void => finish(onClose(cause))
      const cancel = clock.after(ms, () => finish(onTimeout))
      closeListeners.add(closing)
      try {
        send(finish)
      } catch (error) {
        // The promise of a dead process is never kept.
        if (!(error instanceof Crashed)) throw error
      }
    })

  return {
    isOpen: () => open,
    unlink(ms) {
      if (closed) return Promise.resolve(closed.code === DEVICE_GONE)
      if (!auth.creds.me || ms <= 0) return Promise.resolve(false)
      return ask(
        ms,
        false,
        (cause) => cause.code === DEVICE_GONE,
        (finish) => unlinkByCompanion(network, connection, () => finish(true)),
      )
    },
    requestPairingCode(phoneNumber, ms) {
      if (closed) return Promise.resolve(null)
      return ask<string | null>(
        ms,
        null,
        () => null,
        (finish) => askForCode(network, client, phoneNumber, finish),
      )
    },
    fetchGroups(ms) {
      if (!open) return Promise.resolve(null)
      return ask<readonly Group[] | null>(
        ms,
        null,
        () => null,
        (finish) => listGroups(network, connection, finish),
      )
    },
    sendText(message: OutgoingText, ms: number): Promise<SendOutcome> {
      if (!open) return Promise.resolve('unknown')
      return ask<SendOutcome>(
        ms,
        'unknown',
        () => 'unknown',
        (finish) => {
          // A text is encrypted first, which moves the ratchet.
          if (!client.writing(() => client.storeKeys(`peer${message.to}`))) return finish('unknown')
          watcher.sending(identity, message.id)
          receiveText(network, connection, message, (error) => finish(readAck(error)))
        },
      )
    },
    terminate() {
      const wasOpen = open
      silent = true
      connection.hangUp()
      end({ code: 428, message: 'terminated' })
      // What was under way when it was cut still tries to store credentials: the fence has to stop that.
      if (wasOpen) clock.after(random.between(1, 50), () => client.writing(() => storeCreds(linkedAs())))
    },
  }
}
