import type { Client } from './client.ts'
import type { Connection, Network } from './connection.ts'
import type { Service } from './service.ts'

/** A pairing code that WhatsApp took, and the connection that asked for it. */
export type AskedCode = { code: string; connection: Connection }

/**
 * A client without an account asks for a code, as Baileys does: it calls itself the account before it has asked, so that a connection that
 * is opened again with the same identity would log in instead of registering, and be told that its device is gone.
 */
export function askForCode(network: Network, client: Client, phone: string, answer: (code: string | null) => void): void {
  const { service, random } = network
  const { connection, auth } = client
  const code = `C${String(random.between(0, 9_999_999)).padStart(7, '0')}`
  auth.creds.me = { id: `${phone.replace('+', '')}@s.whatsapp.net`, name: '~' }
  if (!client.writing(() => client.storeCreds(null))) return answer(null)
  connection.toServer('companion_hello', () => {
    if (service.behaviour.codes === 'refused') return connection.toClient('code refused', () => answer(null))
    service.codes.set(phone, { code, connection })
    if (service.behaviour.codes === 'ack') connection.toClient('code taken', () => answer(code))
  })
}

/** Somebody types a code on a phone, which knows of the last that was asked for with its number. Returns whether it was the right one. */
export function typeCode(service: Service, phone: string, code: string): boolean {
  const asked = service.codes.get(phone)
  if (asked?.code !== code || !asked.connection.isConnected()) return false
  service.codes.delete(phone)
  asked.connection.onServer.scanned(phone)
  return true
}
