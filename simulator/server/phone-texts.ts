import type { Account, Device } from '../accounts-file.ts'
import { sendToCompanion } from './companion-messages.ts'
import { SERVER } from './stanzas.ts'
import type { World } from './world.ts'

export type SentText = { ok: true; id: string; devices: number } | { ok: false; code: 'unknown_phone' }

/**
 * A phone writes to another one: each companion of the recipient gets the text, encrypted for it, and each of the writer's own gets its
 * copy. `devices` says how many of the recipient's could be written to. Between the two phones it is handed over as it is.
 */
export async function sendPhoneText(world: World, from: string, to: string, text: string): Promise<SentText> {
  const writer = world.accounts.find(from)
  const reader = world.accounts.find(to)
  if (!writer || !reader) return { ok: false, code: 'unknown_phone' }
  world.counts.sent += 1
  const id = `3A${world.chance.of(`text/${from}/${world.counts.sent}`).bytes(9).toString('hex').toUpperCase()}`
  world.phoneOf(reader).keep({ id, from, text })

  const message = { conversation: text }
  const lid = (account: Account) => `${account.lidUser}@lid`
  const pn = (account: Account) => `${account.phone}@${SERVER}`
  const common = { type: 'text', addressing_mode: 'lid' }
  const arriving = { ...common, from: lid(writer), sender_pn: pn(writer), notify: writer.name }
  const copied = { ...common, from: lid(writer), sender_pn: pn(writer), recipient: lid(reader), recipient_pn: pn(reader) }
  const send = (devices: readonly Device[], attrs: Record<string, string>, content: typeof message | object) =>
    Promise.all(devices.map((device) => sendToCompanion(world, writer, device, { id, attrs, message: content })))
  const arrived = await send(reader.devices, arriving, message)
  if (reader !== writer) await send(writer.devices, copied, { deviceSentMessage: { destinationJid: lid(reader), message } })
  return { ok: true, id, devices: arrived.filter(Boolean).length }
}
