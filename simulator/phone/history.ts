import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { proto } from 'baileys'
import type { Account, Group } from '../accounts-file.ts'

const compress = promisify(deflate)

/** Who somebody is, by number and by the number that hides it. */
export type LidOf = (phone: string) => string

/**
 * What a phone tells a new device once: the names in its chats (people as the address book calls them, groups by subject), and what
 * people call themselves. It holds no messages.
 */
export async function firstHistory(account: Account, groups: readonly Group[], lidOf: LidOf): Promise<proto.IMessage[]> {
  const people = account.contacts.map(({ phone, name }) => ({
    id: pnJid(phone),
    lidJid: lidJid(lidOf(phone)),
    ...(name === null ? {} : { name }),
  }))
  const chats = groups.map(({ id, subject }) => ({ id: `${id}@g.us`, name: subject }))
  const mappings = account.contacts.map(({ phone }) => ({ pnJid: pnJid(phone), lidJid: lidJid(lidOf(phone)) }))
  const pushnames = account.contacts.flatMap(({ phone, pushName }) => (pushName === null ? [] : [{ id: pnJid(phone), pushname: pushName }]))
  return [
    await notification('INITIAL_BOOTSTRAP', {
      conversations: [...people, ...chats],
      phoneNumberToLidMappings: mappings,
      progress: 100,
    }),
    await notification('PUSH_NAME', { pushnames }),
  ]
}

async function notification(
  kind: 'INITIAL_BOOTSTRAP' | 'PUSH_NAME',
  history: Omit<proto.IHistorySync, 'syncType'>,
): Promise<proto.IMessage> {
  const payload = await compress(proto.HistorySync.encode({ ...history, syncType: proto.HistorySync.HistorySyncType[kind] }).finish())
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: proto.Message.HistorySyncType[kind],
        initialHistBootstrapInlinePayload: payload,
        chunkOrder: 1,
        progress: 100,
      },
    },
  }
}

function pnJid(phone: string): string {
  return `${phone}@s.whatsapp.net`
}

function lidJid(lidUser: string): string {
  return `${lidUser}@lid`
}
