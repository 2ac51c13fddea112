import type { Group } from '#domain/names.ts'
import type { OutgoingText } from '../../../../worker/whatsapp/port.ts'
import type { Client } from './client.ts'
import type { Connection, Network } from './connection.ts'
import { changedName, firstNames, groupsOf } from './names.ts'
import { jidOf } from './service.ts'

const FIRST_QR_MS = 60_000
const LATER_QR_MS = 20_000
const QRS = 6
/** Two round trips, which take longer than any message that was sent before on an older connection. */
const HANDSHAKE_MS = 160
/** How long the server waits for a client to complete a link. */
const ANSWER_MS = 10_000

/** A client without an account: it shows QRs until one is scanned or all are used up. */
export function register(network: Network, client: Client): void {
  const { clock, world, random, service } = network
  const { connection } = client
  /** What the server knows, and a moment later the client. */
  let taken = false
  let scanned = false

  const show = (number: number): void => {
    if (!connection.isUp() || scanned) return
    if (number > QRS) return client.endAs({ code: 408, message: 'QR refs attempts ended' })
    const qr = `QR-${connection.identity}-${number}`
    for (const [text, waiting] of service.waiting) if (waiting === connection) service.waiting.delete(text)
    service.waiting.set(qr, connection)
    client.tell({ type: 'qr', qr })
    clock.after(number === 1 ? FIRST_QR_MS : LATER_QR_MS, () => show(number + 1))
  }

  connection.onServer.scanned = (phone) => {
    if (taken) return
    if (service.behaviour.passkey) return connection.toClient('passkey_prologue_request', () => client.tell({ type: 'passkey_required' }))
    taken = true
    const index = service.nextIndex(phone)
    connection.toClient('pair-success', () => {
      scanned = true
      const { creds } = client.auth
      creds.me = { id: jidOf(phone, index), name: 'Front desk' }
      creds.account = { accountSignatureKey: `account-${phone}`, details: 'details' }
      if (!client.writing(() => client.storeCreds({ phoneNumber: phone }))) return
      client.tell({ type: 'paired', phoneNumber: phone })
      // Only what the disk has is confirmed to the phone.
      connection.toServer('pair-device-sign', () => {
        service.link(connection.identity, phone)
        world.after(random.between(20, 1500), () => connection.end({ code: 515, message: 'Stream Errored (restart required)' }))
      })
    })
    world.after(ANSWER_MS, () => {
      if (!service.deviceOf(connection.identity)) connection.end(null)
    })
  }
  connection.toServer(
    'register',
    () => {
      const refusal = service.refusalFor('')
      if (refusal !== null) return connection.end({ code: refusal, message: 'refused' })
      connection.toClient('pair-device', () => show(1))
    },
    HANDSHAKE_MS,
  )
}

/** A client with an account logs in; a device that is not linked any more is refused with 401. */
export function logIn({ service, world }: Network, client: Client): void {
  const { connection } = client
  connection.toServer(
    'login',
    () => {
      if (service.silent.has(connection.identity)) return
      const device = service.deviceOf(connection.identity)
      const refusal = service.refusalFor(device?.phone ?? '')
      if (refusal !== null) {
        if (device && (refusal === 401 || refusal === 406)) service.forget(device)
        return connection.end({ code: refusal, message: 'refused' })
      }
      if (!device) return connection.end({ code: 401, message: 'device removed' })
      if (device.connection) service.replaced(device.connection, connection)
      device.connection?.end({ code: 440, message: 'conflict' })
      device.connection = connection
      connection.toClient('success', () => {
        const { creds } = client.auth
        const isFirst = creds.nextPreKeyId === 1
        const ready = (): void => {
          if (client.writing(() => client.storeCreds(null))) client.opened()
        }
        if (!isFirst) return ready()
        creds.nextPreKeyId = 31
        if (!client.writing(() => client.storeKeys('pre-keys'))) return
        connection.toServer('pre-keys', () => {
          connection.toClient('pre-keys stored', ready)
          connection.toClient('history', () => client.tell(firstNames(connection.identity)))
        })
      })
      connection.onServer.traffic = () =>
        connection.toClient('message', () => {
          if (client.writing(() => client.storeKeys('contact'))) client.tell(changedName(connection.identity, world.now()))
        })
    },
    HANDSHAKE_MS,
  )
}

/** A device asks for the groups of its account. */
export function listGroups({ service }: Network, connection: Connection, answer: (groups: Group[]) => void): void {
  connection.toServer('groups', () => {
    const isDevice = service.deviceOf(connection.identity)?.connection === connection
    if (isDevice) connection.toClient('groups', () => answer(groupsOf(connection.identity)))
  })
}

/** A device asks to be unlinked: the server has the request, whatever becomes of the connection. */
export function unlinkByCompanion({ service }: Network, connection: Connection, answer: () => void): void {
  connection.toServer('remove-companion-device', () => {
    const device = service.deviceOf(connection.identity)
    if (device?.connection !== connection) return
    switch (service.behaviour.unlink) {
      case 'ignored':
        return
      case 'cut':
        return connection.end(null)
      case 'lost':
        return service.forget(device)
      case 'ack':
        service.forget(device)
        connection.toClient('removed', answer)
        connection.end({ code: 401, message: 'device removed' })
    }
  })
}

/** A device sends a text. */
export function receiveText(network: Network, connection: Connection, message: OutgoingText, answer: (error?: string) => void): void {
  const { service, world } = network
  connection.toServer('send', () => {
    const device = service.deviceOf(connection.identity)
    if (device?.connection !== connection) return
    const { send } = service.behaviour
    if (send === 'ignored') return
    if (send === 'cut') return connection.end(null)
    if (send === 'refused') return connection.toClient('nack', () => answer('406'))
    service.deliver({ ...message, phone: device.phone, identity: device.identity, at: world.now() })
    if (send === 'ack') connection.toClient('ack', () => answer())
  })
}
