import { afterEach } from 'vitest'
import type { Simulator } from '../../../simulator/simulator.ts'
import { createLog } from '../../../worker/log.ts'
import type { CredentialAccess, SocketEvent, WhatsAppAuth, WhatsAppSocket } from '../../../worker/whatsapp/port.ts'
import { createWhatsApp } from '../../../worker/whatsapp/socket.ts'

const sockets: WhatsAppSocket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate()
})

/** Credentials in memory, with what was written and a disk that can be made to fail. */
export type MemoryStore = CredentialAccess & { written: string[]; keys: Map<string, string>; failing: boolean }

function memoryStore(creds: string): MemoryStore {
  const checked = (): void => {
    if (store.failing) throw new Error('no space left on device')
  }
  const store: MemoryStore = {
    written: [],
    keys: new Map(),
    failing: false,
    readCreds: () => creds,
    writeCreds: checked,
    readKeys: (type, ids) =>
      new Map(ids.flatMap((id) => (store.keys.has(`${type}/${id}`) ? [[id, store.keys.get(`${type}/${id}`) ?? ''] as const] : []))),
    writeKeys(changes) {
      checked()
      for (const { type, id, value } of changes) {
        store.written.push(`${type}/${id}`)
        if (value === null) store.keys.delete(`${type}/${id}`)
        else store.keys.set(`${type}/${id}`, value)
      }
    },
  }
  return store
}

/** A device as the worker runs it: linked and open through the worker's own port. */
export type Device = {
  jid: string
  socket: WhatsAppSocket
  store: MemoryStore
  events: SocketEvent[]
  /** Ends the socket and logs in again with the same credentials. */
  again(): Promise<WhatsAppSocket>
}

/** Links a device of the worker's own making to a phone, the first one when none is named. */
export async function linkedDevice(simulator: Simulator, phone?: string): Promise<Device> {
  const whatsapp = createWhatsApp({ url: simulator.webSocketUrl, log: createLog('silent', 'test') })
  const store = memoryStore(whatsapp.newCredentials())
  const auth = whatsapp.openAuth(store)
  const events: SocketEvent[] = []
  const scanned = Promise.withResolvers<string>()

  const open = (auth: WhatsAppAuth): Promise<WhatsAppSocket> => {
    const { promise, resolve, reject } = Promise.withResolvers<WhatsAppSocket>()
    const socket = whatsapp.openSocket(auth, (event) => {
      events.push(event)
      if (event.type === 'opened') resolve(socket)
      if (event.type === 'qr') {
        simulator.scan(event.qr, phone).then((scan) => {
          if (scan.ok) scanned.resolve(scan.jid)
          else reject(new Error(`the scan failed: ${scan.code}`))
        }, reject)
      }
      if (event.type !== 'closed') return
      if (event.cause.code === 515) open(auth).then(resolve, reject)
      else reject(new Error(`the connection closed: ${event.cause.code} ${event.cause.message}`))
    })
    sockets.push(socket)
    return promise
  }

  const socket = await open(auth)
  const device: Device = {
    jid: await scanned.promise,
    socket,
    store,
    events,
    async again() {
      device.socket.terminate()
      device.socket = await open(auth)
      return device.socket
    },
  }
  return device
}
