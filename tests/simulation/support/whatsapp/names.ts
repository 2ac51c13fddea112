import type { Group } from '#domain/names.ts'
import type { SocketEvent } from '../../../../worker/whatsapp/port.ts'
import { secretOf } from './identity.ts'

/** The groups of an identity's account. Their names tell whose they are: a search of the whole disk finds them where they are left. */
export function groupsOf(identity: number): Group[] {
  return [{ id: `1203${identity}@g.us`, name: secretOf(identity, 'group'), participants: 3 }]
}

/** What the phone tells once, after the first login. */
export function firstNames(identity: number): SocketEvent {
  const contacts = [1, 2].map((n) => ({
    id: `5190000000${n}@s.whatsapp.net`,
    phoneNumber: `+5190000000${n}`,
    name: null,
    pushName: secretOf(identity, `contact-${n}`),
  }))
  return { type: 'names', groups: groupsOf(identity), contacts, changes: [] }
}

/** What a message tells of who sent it. */
export function changedName(identity: number, at: number): SocketEvent {
  const change = { id: '51900000001@s.whatsapp.net', phoneNumber: null, name: null, pushName: secretOf(identity, `contact-at-${at}`) }
  return { type: 'names', groups: [], contacts: [], changes: [change] }
}
