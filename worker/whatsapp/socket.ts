import { EventEmitter } from 'node:events'
import { BufferJSON, Browsers, USyncQuery, USyncUser, initAuthCreds, makeWASocket, proto } from 'baileys'
import type { AuthenticationCreds, AuthenticationState, BinaryNode, CacheStore, SignalDataTypeMap, WASocket } from 'baileys'
import type { Log } from '../log.ts'
import type { Group } from '#domain/names.ts'
import { causeOf } from './close-codes.ts'
import { quietLogger, silenceConsole } from './logger.ts'
import { installNativeCurve } from './native-curve.ts'
import { GROUPS_QUERY, listenToNames, readGroups } from './names.ts'
import { requestPairingCode } from './pairing-code.ts'
import type { CodeAsker } from './pairing-code.ts'
import type { CloseCause, CredentialAccess, KeyChange, SocketEvent, WhatsApp, WhatsAppAuth, WhatsAppSocket } from './port.ts'
import { holdFrames } from './held-frames.ts'
import { readReceipt } from './receipts.ts'
import { removeDevice } from './remove-device.ts'
import { sendText } from './send.ts'
import type { TextSender } from './send.ts'
import { smallCaches } from './small-cache.ts'

/** `onFailure` is the current socket's: Baileys swallows most errors of its key store. */
type Auth = { state: AuthenticationState; access: CredentialAccess; onFailure: (error: Error) => void }
type OnEvent = (event: SocketEvent) => void
/** Hears of the end of a connection; returns what takes the listener away again. */
type OnEnd = (listener: (cause: CloseCause) => void) => () => void

/** How WhatsApp begins, and goes on, to ask for a passkey instead of confirming a link. */
const PASSKEY_DEMANDS = ['passkey_prologue_request', 'crsc_continuation']

/** WhatsApp through Baileys. This is the one file that imports it. `url` absent: WhatsApp's own address. */
export function createWhatsApp(options: { url: string | undefined; log: Log }): WhatsApp {
  silenceConsole(options.log)
  installNativeCurve()
  const logger = quietLogger(options.log)
  const auths = new WeakMap<WhatsAppAuth, Auth>()

  return {
    newCredentials: () => JSON.stringify(initAuthCreds(), BufferJSON.replacer),

    openAuth(access) {
      const creds = JSON.parse(access.readCreds(), BufferJSON.reviver) as AuthenticationCreds
      const handle: WhatsAppAuth = { kind: 'auth' }
      const keys = keyStore(access, (error) => auth.onFailure(error))
      const auth: Auth = { access, state: { creds, keys }, onFailure: () => {} }
      auths.set(handle, auth)
      return handle
    },

    openSocket(handle, onEvent) {
      const auth = auths.get(handle)
      if (!auth) throw new Error('not an auth object of this client')
      const keys = untilClosed(auth.state.keys)
      const sock = capturingRejections(() =>
        makeWASocket({
          ...(options.url ? { waWebSocketUrl: options.url } : {}),
          auth: { creds: auth.state.creds, keys: keys.store },
          logger,
          browser: Browsers.macOS('Chrome'),
          // Idle sessions need neither the phone's history nor a cache of recent messages; first names come with the bootstrap.
          syncFullHistory: false,
          shouldSyncHistoryMessage: ({ syncType }) =>
            syncType === proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP || syncType === proto.HistorySync.HistorySyncType.PUSH_NAME,
          enableRecentMessageCache: false,
          ...(smallCaches() as Record<keyof ReturnType<typeof smallCaches>, CacheStore>),
          markOnlineOnConnect: false,
          emitOwnEvents: false,
          // A synchronous store that refused once refuses again; waiting would only hold the session's locks.
          transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 1 },
        }),
      )
      holdFrames(sock, auth.access)
      return attach(sock, auth, keys.close, onEvent)
    },
  }
}

/** Translates one Baileys socket: its events in, ours out. */
function attach(sock: WASocket, auth: Auth, closeKeys: () => void, onEvent: OnEvent): WhatsAppSocket {
  let open = false
  let silent = false
  let closed: CloseCause | null = null
  let pairedAs: string | null = null
  const closeListeners = new Set<(cause: CloseCause) => void>()
  const onEnd: OnEnd = (listener) => {
    closeListeners.add(listener)
    return () => void closeListeners.delete(listener)
  }
  const tell: OnEvent = (event) => {
    if (!silent) onEvent(event)
  }

  const end = (cause: CloseCause): void => {
    open = false
    closed ??= cause
    for (const listener of closeListeners) listener(closed)
    tell({ type: 'closed', cause: closed })
    silent = true
  }

  auth.onFailure = (error) => tell({ type: 'storage_failed', error })

  // Baileys' own listener has merged the update into `creds` before this one runs. When the disk refuses the credentials of a new
  // link, the error keeps Baileys from confirming the link to the phone.
  sock.ev.on('creds.update', (update) => {
    const { creds } = auth.state
    const paired = creds.account && creds.me?.id ? { phoneNumber: phoneNumberOf(creds.me.id) } : null
    try {
      auth.access.writeCreds(JSON.stringify(toStore(creds), BufferJSON.replacer), paired)
    } catch (error) {
      auth.onFailure(error as Error)
      throw error
    }
    if (update.account && paired) pairedAs = paired.phoneNumber
  })

  sock.ev.on('connection.update', (update) => {
    if (update.qr) tell({ type: 'qr', qr: update.qr })
    if (update.isNewLogin && pairedAs) tell({ type: 'paired', phoneNumber: pairedAs })
    if (update.connection === 'open') {
      open = true
      tell({ type: 'opened' })
    }
    if (update.connection === 'close') {
      end(causeOf(update.lastDisconnect?.error))
    }
  })
  for (const type of PASSKEY_DEMANDS) sock.ws.on(`CB:notification,type:${type}`, () => tell({ type: 'passkey_required' }))
  // Baileys takes this event from the web socket and does nothing about it: the connection would hang until its handshake times out.
  sock.ws.on('unexpected-response', (_request: unknown, { statusCode }: { statusCode?: number }) => {
    void sock.end(new Error(`Unexpected server response: ${statusCode ?? 'none'}`))
  })
  // Not from Baileys' own event: that one is gathered, and what came last of two receipts in the wrong order would win.
  sock.ws.on('CB:receipt', (node: BinaryNode) => {
    const receipt = readReceipt(node)
    if (receipt) tell({ type: 'receipt', ...receipt })
  })
  listenToNames(sock.ev, (told) => tell({ type: 'names', ...told }))
  // An async listener of Baileys that fails lands here instead of ending the process; its socket reports by closing.
  const { on } = sock.ev as unknown as { on(event: 'error', listener: (error: Error) => void): void }
  on('error', () => terminateRaw(sock))

  return {
    isOpen: () => open,
    sendText: (message, ms) => (open ? sendText(textSender(sock, onEnd), message, ms) : Promise.resolve('unknown')),
    requestPairingCode: (phoneNumber, ms) => (closed ? Promise.resolve(null) : requestPairingCode(codeAsker(sock, onEnd), phoneNumber, ms)),
    fetchGroups: (ms) => (open ? fetchGroups(sock, ms, onEnd) : Promise.resolve(null)),
    unlink: (ms) => removeDevice({ jid: auth.state.creds.me?.id, closedAs: () => closed, query: sock.query, onEnd }, ms),
    terminate() {
      silent = true
      closeKeys()
      void sock.end(undefined)
      terminateRaw(sock)
      // Baileys lets queries that wait for an answer wait on for a minute, and what they belong to with them.
      sock.ws.emit('error', new Error('terminated'))
      end({ code: 428, message: 'terminated' })
    },
  }
}

/** A number is looked up before it is written to, unless Baileys knows its devices: to a number that nobody has it sends nothing, silently. */
function textSender(sock: WASocket, onEnd: OnEnd): TextSender {
  return {
    async find(phoneNumber) {
      const user = phoneNumber.replace('+', '')
      const jid = `${user}@s.whatsapp.net`
      if (await sock.userDevicesCache.get(user)) return jid
      const query = new USyncQuery().withContactProtocol().withUser(new USyncUser().withPhone(phoneNumber))
      const found = (await sock.executeUSyncQuery(query))?.list[0] as { id: string; contact?: boolean } | undefined
      // The address may differ from the number: in some countries WhatsApp spells it otherwise.
      if (found?.contact === undefined) return undefined
      return found.contact ? found.id : null
    },
    // Without `linkPreview` Baileys fetches whatever address a text holds, if the package that it uses for that is there.
    write: (jid, { id, text }) => sock.sendMessage(jid, { text, linkPreview: null }, { messageId: id }),
    onAck(listener) {
      const heard = ({ attrs }: BinaryNode): void => listener({ id: attrs['id'] ?? '', error: attrs['error'] })
      sock.ws.on('CB:ack,class:message', heard)
      return () => void sock.ws.off('CB:ack,class:message', heard)
    },
    onEnd,
  }
}

/** Baileys' own call cannot tell "no groups" from "no answer", and asks for descriptions that nobody shows. */
function fetchGroups(sock: WASocket, ms: number, onEnd: OnEnd): Promise<readonly Group[] | null> {
  return new Promise((resolve) => {
    const finish = (groups: readonly Group[] | null): void => {
      clearTimeout(timer)
      stopEnd()
      resolve(groups)
    }
    const timer = setTimeout(() => finish(null), ms)
    const stopEnd = onEnd(() => finish(null))
    sock.query(structuredClone(GROUPS_QUERY), ms).then(
      (answer: BinaryNode | undefined) => finish(readGroups(answer)),
      () => finish(null),
    )
  })
}

/** The one question that a client without an account asks, besides its pings, is that for a code: an error can be of nothing else. */
function codeAsker(sock: WASocket, onEnd: OnEnd): CodeAsker {
  return {
    ask: (phoneNumber) => sock.requestPairingCode(phoneNumber.replace('+', '')),
    onAnswer(listener) {
      const taken = (): void => listener(true)
      const refused = (): void => listener(false)
      sock.ws.on('CB:iq,type:result,link_code_companion_reg', taken)
      sock.ws.on('CB:iq,type:error', refused)
      return () => {
        sock.ws.off('CB:iq,type:result,link_code_companion_reg', taken)
        sock.ws.off('CB:iq,type:error', refused)
      }
    },
    onEnd,
  }
}

/** Baileys' `end()` waits up to 30 s for a dead peer; cutting the raw socket makes it return at once. */
function terminateRaw(sock: WASocket): void {
  const { socket } = sock.ws as unknown as { socket: { terminate(): void } | null }
  socket?.terminate()
}

/**
 * Several of Baileys' event listeners are async and send to a socket that may close under them. Node can route such rejections to the
 * emitter's `error` event, where Baileys closes that one connection; otherwise they would be unhandled and end every session.
 */
function capturingRejections<T>(make: () => T): T {
  const before = EventEmitter.captureRejections
  EventEmitter.captureRejections = true
  try {
    return make()
  } finally {
    EventEmitter.captureRejections = before
  }
}

/** Of a link that is not made yet neither the code nor the number that somebody typed is stored: both are of this connection alone. */
function toStore(creds: AuthenticationCreds): Partial<AuthenticationCreds> {
  const { pairingCode: _code, me, ...rest } = creds
  return creds.account && me ? { ...rest, me } : rest
}

/** `51987654321:5@s.whatsapp.net` → `+51987654321`. */
function phoneNumberOf(jid: string): string {
  return `+${jid.split(/[:@]/)[0] ?? ''}`
}

/** Reads straight from the store: it is synchronous and fast, and a cache would outlive a clear. */
function keyStore(access: CredentialAccess, onFailure: (error: Error) => void): AuthenticationState['keys'] {
  const reporting = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      onFailure(error as Error)
      throw error
    }
  }
  return {
    get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      return reporting(() => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        for (const [id, json] of access.readKeys(type, ids)) found[id] = decodeKey(type, json)
        return found
      })
    },
    set(data) {
      const changes: KeyChange[] = []
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries ?? {})) {
          changes.push({ type, id, value: value ? JSON.stringify(value, BufferJSON.replacer) : null })
        }
      }
      reporting(() => access.writeKeys(changes))
    },
  }
}

/** The keys for one socket: what a terminated one still has under way writes nothing, lest it overwrite what its successor wrote. */
function untilClosed(keys: AuthenticationState['keys']): { store: AuthenticationState['keys']; close(): void } {
  let closed = false
  return {
    store: { get: keys.get, set: (data) => (closed ? undefined : keys.set(data)) },
    close() {
      closed = true
    },
  }
}

function decodeKey<T extends keyof SignalDataTypeMap>(type: T, json: string): SignalDataTypeMap[T] {
  const value: unknown = JSON.parse(json, BufferJSON.reviver)
  const decoded = type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as Record<string, unknown>) : value
  return decoded as SignalDataTypeMap[T]
}
