import type { Group } from '#domain/names.ts'
import type { SocketEvent, ToldContact } from './port.ts'

type Told = Omit<Extract<SocketEvent, { type: 'names' }>, 'type'>

/** What Baileys tells of a contact or a chat: any of it may be missing. `name`: of the address book. `notify`: what the person calls itself. */
type RawContact = {
  id?: string | null | undefined
  name?: string | null | undefined
  notify?: string | null | undefined
  verifiedName?: string | null | undefined
  lid?: string | null | undefined
  phoneNumber?: string | null | undefined
}
type RawGroup = { id?: string; subject?: string; size?: number; participants?: readonly unknown[] }
type Mapping = { lid: string; pn: string }

/** The events of Baileys that hold names, and how to listen to them. */
export type NameEvents = {
  on(event: 'messaging-history.set', listen: (data: { contacts: RawContact[]; lidPnMappings?: Mapping[] }) => void): void
  on(event: 'chats.upsert' | 'contacts.upsert' | 'contacts.update', listen: (data: RawContact[]) => void): void
  on(event: 'groups.upsert' | 'groups.update', listen: (data: RawGroup[]) => void): void
  on(event: 'lid-mapping.update', listen: (data: Mapping) => void): void
}

/** Tells the names of all events that hold any, and nothing else of them. */
export function listenToNames(events: NameEvents, tell: (told: Told) => void): void {
  const tellWhole = (told: Told): void => {
    if (told.groups.length + told.contacts.length + told.changes.length > 0) tell(told)
  }
  events.on('messaging-history.set', ({ contacts, lidPnMappings = [] }) => {
    const told = readContacts(contacts)
    tellWhole({ ...told, changes: [...told.changes, ...lidPnMappings.flatMap(readMapping)] })
  })
  events.on('chats.upsert', (chats) => tellWhole(readContacts(chats)))
  events.on('contacts.upsert', (contacts) => tellWhole(readContacts(contacts)))
  // Whoever writes in a group is no contact for that: an update is of those who are known.
  events.on('contacts.update', (contacts) => {
    const told = readContacts(contacts)
    tellWhole({ ...told, contacts: [], changes: [...told.contacts, ...told.changes] })
  })
  for (const event of ['groups.upsert', 'groups.update'] as const) {
    events.on(event, (groups) => tellWhole({ groups: groups.flatMap(readGroup), contacts: [], changes: [] }))
  }
  events.on('lid-mapping.update', (mapping) => tellWhole({ groups: [], contacts: [], changes: readMapping(mapping) }))
}

/** A stanza of WhatsApp. */
type Node = { tag: string; attrs: Record<string, string>; content?: unknown }

/** What asks for all groups of the account. */
export const GROUPS_QUERY = {
  tag: 'iq',
  attrs: { to: '@g.us', xmlns: 'w:g2', type: 'get' },
  content: [{ tag: 'participating', attrs: {}, content: [{ tag: 'participants', attrs: {} }] }],
} satisfies Node

/** The groups in WhatsApp's answer; `null`: it is none. A query that ended without an answer is told from an account without groups. */
export function readGroups(answer: Node | undefined): Group[] | null {
  if (answer?.attrs['type'] !== 'result') return null
  const groups = childrenOf(answer, 'groups').flatMap((list) => childrenOf(list, 'group'))
  return groups.flatMap((node) => {
    const { id = '', subject, size } = node.attrs
    const participants = size === undefined ? childrenOf(node, 'participant') : { length: Number(size) }
    return readGroup({ id: id.includes('@') ? id : `${id}@g.us`, size: participants.length, ...(subject === undefined ? {} : { subject }) })
  })
}

function childrenOf({ content }: Node, tag: string): Node[] {
  return Array.isArray(content) ? (content as Node[]).filter((child) => child.tag === tag) : []
}

/** Contacts and, since a chat may be one, groups. What is neither (channels, broadcasts) is left out. */
function readContacts(raw: readonly RawContact[]): Told {
  const groups: Group[] = []
  const contacts: ToldContact[] = []
  const changes: ToldContact[] = []
  for (const { id: rawId, name, notify, verifiedName, lid, phoneNumber } of raw) {
    const id = addressOf(rawId)
    if (id?.endsWith('@g.us')) groups.push({ id, name: name ?? null, participants: null })
    if (!id || id.endsWith('@g.us')) continue
    const number = phoneNumberOf(id) ?? phoneNumberOf(addressOf(phoneNumber))
    contacts.push({ id, phoneNumber: number, name: name ?? null, pushName: notify ?? verifiedName ?? null })
    if (lid && number) changes.push(...readMapping({ lid, pn: number.slice(1) }))
  }
  return { groups, contacts, changes }
}

function readGroup({ id, subject, size, participants }: RawGroup): Group[] {
  const address = addressOf(id)
  if (!address?.endsWith('@g.us')) return []
  const count = size ?? participants?.length
  return [{ id: address, name: subject ?? null, participants: count !== undefined && Number.isSafeInteger(count) ? count : null }]
}

function readMapping({ lid, pn }: Mapping): ToldContact[] {
  const id = addressOf(lid)
  const phoneNumber = phoneNumberOf(addressOf(`${pn.split('@')[0] ?? ''}@s.whatsapp.net`))
  return id?.endsWith('@lid') && phoneNumber ? [{ id, phoneNumber, name: null, pushName: null }] : []
}

/** An address of a person or a group, without the number of a device; `null` for all else. */
function addressOf(jid: string | null | undefined): string | null {
  const [, user, server] = /^(\d{1,32}(?:-\d{1,20})?)(?::\d+)?@(s\.whatsapp\.net|lid|g\.us)$/.exec(jid ?? '') ?? []
  return user && server ? `${user}@${server}` : null
}

/** `51987654321@s.whatsapp.net` → `+51987654321`. */
function phoneNumberOf(address: string | null): string | null {
  const [, digits] = /^(\d+)@s\.whatsapp\.net$/.exec(address ?? '') ?? []
  return digits ? `+${digits}` : null
}
