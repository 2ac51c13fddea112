/**
 * WhatsApp as the rest of the worker sees it. Types only: `socket.ts` is the one file that imports Baileys, and a simulation hands in
 * something else.
 */

import type { Contact, Group } from '#domain/names.ts'

/** A contact as the phone tells it. `name`: of its address book. `pushName`: what the person calls itself. */
export type ToldContact = Contact & { pushName: string | null }

/** Texts that the recipient's phone has, or whose owner has opened them there. `ids`: any; whoever hears of it knows its own. */
export type Receipt = { ids: readonly string[]; state: 'delivered' | 'read' }

/** Why a connection closed, in WhatsApp's words; `close-codes.ts` translates it. */
export type CloseCause = { code: number; message: string }

export type SocketEvent =
  /** A QR to draw. The first of a socket lives 60 s, later ones 20 s. */
  | { type: 'qr'; qr: string }
  /** The phone confirmed the link, and the credentials that say so are on disk already. */
  | { type: 'paired'; phoneNumber: string }
  /** The account demands a passkey, which this client cannot show: the link stops here. */
  | { type: 'passkey_required' }
  /** What the phone told of groups and contacts; `null` is what was not told. `changes`: of contacts that are known, and of no others. */
  | { type: 'names'; groups: readonly Group[]; contacts: readonly ToldContact[]; changes: readonly ToldContact[] }
  | ({ type: 'receipt' } & Receipt)
  | { type: 'opened' }
  | { type: 'closed'; cause: CloseCause }
  /** Credentials could not be read or written; what was stored before is still there. */
  | { type: 'storage_failed'; error: Error }

/** `to`: E.164 with plus. `id`: chosen by the caller before the first try, and the same on each later one. */
export type OutgoingText = { id: string; to: string; text: string }

/**
 * `sent`: WhatsApp's server acknowledged it. `refused`: it will never be taken. `unknown`: no answer, or the connection or the disk
 * failed: it may have been taken, so send it again later with the same id; WhatsApp drops the double.
 */
export type SendOutcome = 'sent' | 'refused' | 'unknown'

export type WhatsAppSocket = {
  /** Logged in, and not closed since. */
  isOpen(): boolean
  /** Sends a text and waits for the server's acknowledgement, at most `ms`. Ends early as `unknown` when the socket does. Never throws. */
  sendText(message: OutgoingText, ms: number): Promise<SendOutcome>
  /**
   * A code for the phone `phoneNumber` (E.164) instead of the QR; only after the first `qr`. Waits for the server's answer, at most `ms`;
   * `null`: it gave none, or refused. Never throws.
   */
  requestPairingCode(phoneNumber: string, ms: number): Promise<string | null>
  /** All groups of the account, asked of WhatsApp; `null`: no answer within `ms`. Never throws. */
  fetchGroups(ms: number): Promise<readonly Group[] | null>
  /**
   * Asks WhatsApp to remove this linked device and waits for its answer, at most `ms`. `true`: acknowledged, or WhatsApp says that
   * the device is gone. `false`: no answer. Never throws.
   */
  unlink(ms: number): Promise<boolean>
  /** Ends it now, without a word to a peer that may be dead. No event follows. */
  terminate(): void
}

export type KeyChange = { type: string; id: string; value: string | null }

/** What WhatsApp's client reads and writes of a session. All calls are synchronous: a write that returned is on disk. */
export type CredentialAccess = {
  readCreds(): string
  /** `paired` marks the session as linked, in the same transaction. */
  writeCreds(json: string, paired: { phoneNumber: string } | null): void
  readKeys(type: string, ids: readonly string[]): Map<string, string>
  writeKeys(changes: readonly KeyChange[]): void
  /**
   * Resolves when all that was written is where it has to be; `null`: it is. Nothing may be sent before that which rests on it. Rejects where
   * somebody else has the session by now: nothing may be sent any more.
   */
  settled(): Promise<void> | null
}

/** The one auth object of a session for its whole life. It must not be read from disk again after a restart (515). */
export type WhatsAppAuth = { readonly kind: 'auth' }

export type WhatsApp = {
  /** A new identity that nobody has linked, as JSON. */
  newCredentials(): string
  /** Throws when what is stored cannot be read. */
  openAuth(access: CredentialAccess): WhatsAppAuth
  /** Events come after the call returned, and none after `terminate` or `closed`. */
  openSocket(auth: WhatsAppAuth, onEvent: (event: SocketEvent) => void): WhatsAppSocket
}
