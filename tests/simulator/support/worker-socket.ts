import { afterEach } from 'vitest'
import type { Simulator } from '../../../simulator/simulator.ts'
import { createLog } from '../../../worker/log.ts'
import type { CredentialAccess, SocketEvent, WhatsAppSocket } from '../../../worker/whatsapp/port.ts'
import { createWhatsApp } from '../../../worker/whatsapp/socket.ts'
import { eventually } from './bench.ts'

const sockets: WhatsAppSocket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate()
})

/** Credentials in memory, with what was written and a disk that can be made to refuse keys. */
export type MemoryStore = CredentialAccess & {
  written: string[]
  keys: Map<string, string>
  failing: boolean
  /** Called once, when credentials are written. */
  onCreds: (() => void) | null
  /** Loses all keys of a type. */
  forget(type: string): void
}

function memoryStore(creds: string): MemoryStore {
  const store: MemoryStore = {
    written: [],
    keys: new Map(),
    failing: false,
    onCreds: null,
    forget(type) {
      for (const key of store.keys.keys()) if (key.startsWith(`${type}/`)) store.keys.delete(key)
    },
    readCreds: () => creds,
    settled: () => null,
    writeCreds() {
      const { onCreds } = store
      store.onCreds = null
      onCreds?.()
    },
    readKeys: (type, ids) =>
      new Map(ids.flatMap((id) => (store.keys.has(`${type}/${id}`) ? [[id, store.keys.get(`${type}/${id}`) ?? ''] as const] : []))),
    writeKeys(changes) {
      if (store.failing) throw new Error('no space left on device')
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

  const device = {
    jid: '',
    store,
    events,
    again() {
      device.socket.terminate()
      return open()
    },
  } as Device

  const open = (): Promise<WhatsAppSocket> => {
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
      if (event.cause.code === 515) open().then(resolve, reject)
      else reject(new Error(`the connection closed: ${event.cause.code} ${event.cause.message}`))
    })
    sockets.push(socket)
    device.socket = socket
    return promise
  }

  const told = simulator.counts().histories
  await open()
  device.jid = await scanned.promise
  // What the phone tells a new device writes keys too; a test counts from here.
  await eventually(() => {
    if (simulator.counts().histories === told) throw new Error('the device was not told what its phone knows')
  })
  store.written.length = 0
  return device
}
