import { createHash } from 'node:crypto'
import type { Account, Contact, Group } from './accounts-file.ts'
import type { Chance } from './chance.ts'
import type { NewContact, NewGroup, NewPhone } from './settings.ts'

/** A phone with its account, as nobody has linked it yet. */
export function newAccount({ phone, name, passkey = false, contacts = [], groups = [] }: NewPhone, chance: Chance): Account {
  const keys = chance.of(`account/${phone}`).keyPair()
  return {
    phone,
    name,
    lidUser: lidUserOf(phone),
    identity: { private: keys.private.toString('base64'), public: keys.public.toString('base64') },
    passkey,
    contacts: contacts.map(newContact),
    groups: groups.map((group, index) => newGroup(group, phone, chance.of(`group/${phone}/${index}`))),
    devices: [],
  }
}

/** A contact as it is stored. */
export function newContact({ phone, name, pushName }: NewContact): Contact {
  return { phone, name: name ?? null, pushName: pushName ?? null }
}

/** A group that the phone `owner` made. */
export function newGroup({ subject, participants }: NewGroup, owner: string, chance: Chance): Group {
  const others = participants.filter((phone) => phone !== owner)
  return {
    id: `1203${String(chance.integer(0, 10 ** 14)).padStart(14, '0')}`,
    subject,
    participants: [owner, ...others],
    createdAt: new Date().toISOString(),
  }
}

/** The user part of a number's LID. Here it follows from the number, so that it is the same whether a phone has that number or not. */
export function lidUserOf(phone: string): string {
  const hash = createHash('sha256').update(`lid of ${phone}`).digest()
  return `${1 + (hash.readUInt8(6) % 9)}${String(hash.readUIntBE(0, 6) % 10 ** 14).padStart(14, '0')}`
}
