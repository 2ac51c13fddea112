import type { CredentialAccess, SocketEvent, WhatsApp, WhatsAppAuth, WhatsAppSocket } from '../../../../worker/whatsapp/port.ts'
import type { Network } from './connection.ts'
import { newCreds } from './identity.ts'
import type { Creds } from './identity.ts'
import { openClient } from './client.ts'

/** The one auth object of a session: what Baileys keeps in memory, and how it is stored. */
export type Auth = WhatsAppAuth & { creds: Creds; access: CredentialAccess; onFailure: (error: Error) => void }

/** What the harness wants to hear of. */
export type WhatsAppWatcher = {
  /** A client connects with an identity: to be linked, or to log in. */
  connecting(identity: number, linked: boolean): void
  /** A message leaves a client. */
  leaving(identity: number, call: string): void
  /** A client sends a text. */
  sending(identity: number, id: string): void
}

/** WhatsApp as one life of the worker sees it. `nextIdentity` counts through all lives. */
export function createSimulatedWhatsApp(network: Network, nextIdentity: () => number, watcher: WhatsAppWatcher): WhatsApp {
  return {
    newCredentials: () => JSON.stringify(newCreds(nextIdentity())),
    openAuth(access) {
      const creds = JSON.parse(access.readCreds()) as Creds
      const auth: Auth = { kind: 'auth', creds, access, onFailure: () => {} }
      return auth
    },
    openSocket: (auth: WhatsAppAuth, onEvent: (event: SocketEvent) => void): WhatsAppSocket =>
      openClient(network, auth as Auth, watcher, onEvent),
  }
}
