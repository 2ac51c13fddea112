import type { Result } from '#domain/errors.ts'
import type { LinkStep } from '#domain/link.ts'
import type { PairingCode } from '#domain/pairing.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { nextState } from '#domain/session.ts'
import type { SessionEvent, SessionState } from '#domain/session.ts'
import type { Group } from '#domain/names.ts'
import { createTimers } from '../clock.ts'
import type { Cancel } from '../clock.ts'
import { reasonOf } from '../log.ts'
import { createNameBuffer } from '../names/name-buffer.ts'
import type { Contents, Identity } from '../store/credential-file.ts'
import type { CredentialStore } from '../store/credential-store.ts'
import { StorageError } from '../store/storage-error.ts'
import { readClose } from '../whatsapp/close-codes.ts'
import type { CloseMeaning } from '../whatsapp/close-codes.ts'
import type { OutgoingText, SendOutcome, SocketEvent, WhatsAppAuth, WhatsAppSocket } from '../whatsapp/port.ts'
import { refuseCode } from './code-desk.ts'
import { identityIn } from './identity-in.ts'
import { createLinkAttempt } from './link-attempt.ts'
import type { SessionSurroundings } from './surroundings.ts'
import { createTries } from './tries.ts'
import { createWire } from './wire.ts'

/** What is left of a session behind the fence, for the clear. `socket` is open and silent; whoever takes it terminates it. */
export type Fenced = { socket: WhatsAppSocket | null; hadSocket: boolean; timers: number }

/** One generation of one session while it runs: a link attempt, or a linked session that is online or on its way there. */
export type Session = {
  readonly generation: number
  status(): SessionState
  reason(): StatusReason | null
  phoneNumber(): string | null
  isLinked(): boolean
  isOver(): boolean
  hasSocket(): boolean
  /** The step of the link that is under way, if one is. */
  linkStep(): LinkStep | null
  beginLink(): void
  login(): void
  /** The disk says linked, the database does not know: log in once it does. */
  confirmThenLogin(): void
  /** Who watches the link changed, or somebody looked at it. */
  watchersChanged(): void
  /** A code to type on the phone `phoneNumber` (E.164) instead of scanning. */
  pairingCode(phoneNumber: string): Promise<Result<PairingCode>>
  /** Offline, credentials kept. `report: false` where nobody wants to hear of it. */
  stop(report: boolean): void
  identity(): Identity
  /** Logged in right now: only then are the credentials known to be good. */
  isHealthy(): boolean
  /** All credentials, for a backup. */
  contents(): Contents
  /** Sends over the current socket. `unknown` where there is none, or when the session ended meanwhile. */
  send(text: OutgoingText, ms: number): Promise<SendOutcome>
  /** All groups of the account, asked of WhatsApp; `null` where it is not online, or did not answer within `ms`. */
  fetchGroups(ms: number): Promise<readonly Group[] | null>
  /** A timer that ends with the session. */
  after(ms: number, run: () => void): Cancel
  fence(): Fenced
}

type Row = { generation: number; status: SessionState }

export function createSession(row: Row, store: CredentialStore, around: SessionSurroundings): Session {
  const { whatsapp, clock, log, limiter, settings, board, mayOpen } = around
  const timers = createTimers(clock)
  const tries = createTries(settings.backoff, clock)
  const names = createNameBuffer(timers.after, around.keepNames)
  const known = identityIn(store)
  let status = row.status
  let reason: StatusReason | null = null
  let linked = known.linked
  let phoneNumber = known.phoneNumber
  let auth: WhatsAppAuth | null = null
  let over = false
  let linking = false
  /** When it is tried again, by what was decided last, milliseconds; `null`: not at all. */
  let retryInMs: number | null = null

  const dispatch = (event: SessionEvent, why: StatusReason | null, report = true): void => {
    const next = nextState(status, event)
    if (next === null) return log.warn({ status, event }, 'an event that the state does not know was refused')
    const isNew = next !== status || why !== reason
    status = next
    reason = why
    if (isNew) log.info({ status, reason, event }, 'session')
    around.heard(event, why)
    around.changed(report && (isNew || event === 'link_expired' || event === 'link_refused'))
  }
  const show = (step: LinkStep): void => board.show({ step, status, reason, phoneNumber })

  const end = (): number => {
    names.flush()
    over = true
    linking = false
    attempt.close('link_ended')
    wire.drop()
    store.dispose()
    return timers.close()
  }
  const finish = (event: SessionEvent, why: StatusReason | null, report = true): void => {
    end()
    // From `connected`, giving up passes through the lost connection that it is.
    if (nextState(status, event) === null && nextState(status, 'dropped') !== null) dispatch('dropped', why, false)
    if (nextState(status, event) !== null) dispatch(event, why, report)
    show('ended')
  }
  const endLink = (event: 'link_expired' | 'link_refused', why: StatusReason): void => {
    end()
    dispatch(event, why)
    show('ended')
  }

  const storageFailed = (error: unknown): void => {
    const kind = error instanceof StorageError ? error.kind : 'failed'
    log.error({ kind, error: reasonOf(error) }, 'credentials could not be stored or read; what was stored before is kept')
    around.note('storage_failed', { error: reasonOf(error).slice(0, 200) })
    if (!linked) return endLink('link_refused', 'storage_failed')
    if (kind !== 'damaged') return finish('gave_up', 'storage_failed')
    end()
    around.onDamaged(reasonOf(error))
  }

  const openAuth = (): WhatsAppAuth => {
    if (!linked && !store.isUnused()) {
      // A try that failed may have left half an identity behind: each unlinked socket starts with a whole new one.
      store.renew(whatsapp.newCredentials())
      auth = null
    }
    auth ??= whatsapp.openAuth(store.access())
    return auth
  }
  const open = (): void => wire.open(openAuth)
  const retry = (ms: number): void => {
    retryInMs = ms
    timers.after(ms, open)
  }

  const hear = (event: SocketEvent): void => {
    switch (event.type) {
      case 'qr':
        return linked ? undefined : attempt.showQr(event.qr)
      case 'passkey_required':
        return linked ? undefined : endLink('link_refused', 'passkey_required')
      case 'paired':
        linked = true
        phoneNumber = event.phoneNumber
        attempt.close('already_connected')
        log.info({}, 'the phone confirmed the link')
        around.note('linked', { phoneNumberEnd: event.phoneNumber.slice(-4) })
        show('linking')
        void confirm(event.phoneNumber)
        return
      case 'opened':
        tries.opened()
        if (status !== 'connecting') opened()
        return
      case 'names':
        return names.add(event)
      case 'receipt':
        return around.onReceipt(event)
      case 'storage_failed':
        return storageFailed(event.error)
      case 'closed':
        log.info({ closeCode: event.cause.code, cause: event.cause.message }, 'connection closed')
        retryInMs = null
        closed(readClose(event.cause))
        return around.note('connection_closed', { code: event.cause.code, reason: readClose(event.cause).reason, retryInMs })
    }
  }
  const opened = (): void => {
    linking = false
    dispatch('opened', null)
    show('connected')
    around.onOnline()
  }
  /** Whether the database took the link. A row that is gone or newer gets its session cleared instead. */
  const confirm = async (phone: string): Promise<boolean> => {
    const hit = await around.confirmLink(phone, () => over)
    if (over || hit === null) return false
    if (!hit) around.onOrphaned()
    else {
      dispatch('paired', null, false)
      if (wire.openedAt() !== null) opened()
    }
    return hit
  }

  const closed = (meaning: CloseMeaning): void => {
    const { event, reason: why } = meaning
    const openedAt = wire.openedAt()
    const heldMs = openedAt === null ? 0 : clock.now() - openedAt
    wire.drop()
    if (!linked) return attempt.closed(meaning)
    switch (event) {
      case 'restart': {
        const isAtOnce = tries.mayRestart()
        if (isAtOnce) retryInMs = 0
        if (status === 'connected') dispatch('dropped', why)
        return isAtOnce ? open() : lost(why, heldMs)
      }
      case 'dropped':
      case 'link_expired':
        return lost(why, heldMs)
      case 'replaced':
      case 'gave_up':
        return finish(event, why)
      case 'unlinked':
      case 'refused':
        finish(event, why, false)
        return around.onUnlinked(why)
    }
  }
  const lost = (why: StatusReason, heldMs: number): void => {
    if (status !== 'connecting') dispatch('dropped', why)
    show('linking')
    const wait = tries.lost(heldMs)
    if (wait === null) return finish('gave_up', 'retries_exhausted')
    retry(wait)
  }

  const wire = createWire({ whatsapp, clock, limiter, timers, isOver: () => over, mayOpen, hear, onFailure: storageFailed })
  const attempt = createLinkAttempt({ clock, timers, settings, board, wire, open, retry, show, end: endLink, note: around.note })

  return {
    generation: row.generation,
    status: () => status,
    reason: () => reason,
    phoneNumber: () => phoneNumber,
    isLinked: () => linked,
    isOver: () => over,
    hasSocket: () => wire.current() !== null,
    linkStep: () => (linking ? board.step() : null),
    beginLink() {
      linking = true
      around.note('link_attempt', {})
      dispatch('link_requested', null)
      show('starting')
      attempt.watchersChanged()
      open()
    },
    login() {
      if (status === 'connected') dispatch('dropped', null)
      if (status === 'stopped') dispatch('started', null)
      show('linking')
      open()
    },
    confirmThenLogin() {
      linking = true
      show('linking')
      void confirm(phoneNumber ?? '').then((hit) => hit && !over && open())
    },
    watchersChanged() {
      if (linking && !linked) attempt.watchersChanged()
    },
    pairingCode(phone) {
      if (linked) return Promise.resolve(refuseCode('already_connected'))
      return linking ? attempt.pairingCode(phone) : Promise.resolve(refuseCode('link_ended'))
    },
    stop(report) {
      if (over) return
      if (linked) return finish('stopped', null, report)
      around.heard('link_cancelled', 'link_cancelled')
      end()
      board.show({ step: 'ended', status, reason: 'link_cancelled', phoneNumber })
    },
    identity: () => store.identity(),
    isHealthy: () => linked && !over && wire.openedAt() !== null,
    contents: () => store.contents(),
    async send(text, ms) {
      const through = wire.openedAt() !== null && status === 'connected' ? wire.current() : null
      const outcome = (await through?.sendText(text, ms)) ?? 'unknown'
      return over ? 'unknown' : outcome
    },
    async fetchGroups(ms) {
      const through = wire.openedAt() !== null && status === 'connected' ? wire.current() : null
      const groups = (await through?.fetchGroups(ms)) ?? null
      return over ? null : groups
    },
    after: timers.after,
    fence() {
      over = true
      names.drop()
      if (linking && !linked) around.heard('link_cancelled', 'link_cancelled')
      linking = false
      const hadSocket = wire.current() !== null
      const live = wire.drop(true)
      store.dispose(true)
      board.show({ step: 'ended', status: 'disconnected', reason: 'link_cancelled', phoneNumber: null })
      const ended = timers.close()
      attempt.close('link_ended')
      return { socket: live, hadSocket, timers: ended }
    },
  }
}
