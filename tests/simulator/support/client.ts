import { initAuthCreds, makeWASocket } from 'baileys'
import type { AuthenticationState, ConnectionState, SignalDataTypeMap, UserFacingSocketConfig, WASocket } from 'baileys'

/** Credentials and keys in memory: one object for a device's whole life, as the library wants it. */
export function memoryAuth(): AuthenticationState {
  const stored = new Map<string, unknown>()
  return {
    creds: initAuthCreds(),
    keys: {
      get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
        const found: Record<string, SignalDataTypeMap[T]> = {}
        for (const id of ids) {
          const value = stored.get(`${type}/${id}`)
          if (value !== undefined) found[id] = value as SignalDataTypeMap[T]
        }
        return found
      },
      set(data) {
        for (const [type, values] of Object.entries(data)) {
          for (const [id, value] of Object.entries(values ?? {})) {
            if (value === null) stored.delete(`${type}/${id}`)
            else stored.set(`${type}/${id}`, value)
          }
        }
      },
    },
  }
}

/** How a connection ended. */
export type Close = { code: number | undefined; message: string }

/** The real Baileys, with what it said so far. */
export type Client = {
  socket: WASocket
  auth: AuthenticationState
  qrs: string[]
  /** Resolves with the next QR that is shown, or the one shown now. */
  qr(): Promise<string>
  opened(): Promise<void>
  closed(): Promise<Close>
}

const quiet = { level: 'silent', child: () => quiet, trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Connects the unmodified client to a simulator. */
export function connect(webSocketUrl: string, auth = memoryAuth(), options: Partial<UserFacingSocketConfig> = {}): Client {
  const socket = makeWASocket({ auth, waWebSocketUrl: webSocketUrl, logger: quiet, syncFullHistory: false, ...options })
  const qrs: string[] = []
  const firstQr = Promise.withResolvers<string>()
  const open = Promise.withResolvers<void>()
  const close = Promise.withResolvers<Close>()
  // Tests that never wait for one of these must not end in an unhandled rejection.
  for (const { promise } of [firstQr, open]) promise.catch(() => {})

  socket.ev.on('creds.update', (update) => Object.assign(auth.creds, update))
  socket.ev.on('connection.update', ({ connection, qr, lastDisconnect }: Partial<ConnectionState>) => {
    if (qr !== undefined) {
      qrs.push(qr)
      firstQr.resolve(qr)
    }
    if (connection === 'open') open.resolve()
    if (connection !== 'close') return
    const error = lastDisconnect?.error as { message: string; output?: { statusCode: number } } | undefined
    const ending = { code: error?.output?.statusCode, message: error?.message ?? '' }
    close.resolve(ending)
    const cause = new Error(`the connection closed: ${ending.code} ${ending.message}`)
    firstQr.reject(cause)
    open.reject(cause)
  })
  return { socket, auth, qrs, qr: () => firstQr.promise, opened: () => open.promise, closed: () => close.promise }
}
