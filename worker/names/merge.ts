import { MAX_CONTACTS, MAX_GROUPS, MAX_NAME_LENGTH } from '#domain/names.ts'
import type { Contact, Group } from '#domain/names.ts'
import type { KeptContact, KeptNames } from '../store/names.ts'

/** What the phone told since the last time. `changes`: of contacts that are known, and of no others. */
export type Told = { groups: readonly Group[]; contacts: readonly KeptContact[]; changes: readonly KeptContact[] }

/** What is kept after something was told; the very same object where that was known. `at`: now, ISO 8601. */
export function mergeNames(kept: KeptNames, told: Told, at: string): KeptNames {
  const groups = mergeList(kept.groups, told.groups.map(cutGroup), MAX_GROUPS)
  const known = new Set([...kept.contacts, ...told.contacts].map(({ id }) => id))
  const changes = told.changes.filter(({ id }) => known.has(id))
  const contacts = mergeList(kept.contacts, [...told.contacts, ...changes].map(cutContact), MAX_CONTACTS)
  if (groups === kept.groups && contacts === kept.contacts) return kept
  return {
    ...kept,
    ...(groups === kept.groups ? {} : { groups, groupsAt: at }),
    ...(contacts === kept.contacts ? {} : { contacts, contactsAt: at }),
  }
}

/** The same where WhatsApp listed all groups: one that is not among them is left by now. */
export function replaceGroups(kept: KeptNames, groups: readonly Group[], at: string): KeptNames {
  return { ...kept, groupsAt: at, groups: bound(groups.map(cutGroup), MAX_GROUPS) }
}

/** For people: those with a name first, by name. */
export function listGroups(groups: readonly Group[]): Group[] {
  return groups.toSorted(byName)
}

/**
 * The same of contacts. One person may be known by a number and by an anonymous id: whoever has the same number is one, under the address
 * that shows the number.
 */
export function listContacts(contacts: readonly KeptContact[]): Contact[] {
  const people = new Map<string, KeptContact>()
  for (const contact of contacts) {
    const key = contact.phoneNumber ?? contact.id
    const known = people.get(key)
    people.set(key, known ? onePerson(known, contact) : contact)
  }
  return [...people.values()].map(({ id, phoneNumber, name, pushName }) => ({ id, phoneNumber, name: name ?? pushName })).toSorted(byName)
}

function onePerson(older: KeptContact, newer: KeptContact): KeptContact {
  const byNumber = [older, newer].find(({ id }) => !id.endsWith('@lid')) ?? newer
  return { ...byNumber, name: newer.name ?? older.name, pushName: newer.pushName ?? older.pushName }
}

type Named = { id: string; name: string | null; pushName?: string | null }

/** What is told replaces what is known, as far as it was told. New and changed ones go to the end, where the newest are. */
function mergeList<T extends Named>(kept: T[], told: readonly T[], max: number): T[] {
  const merged = new Map(kept.map((one) => [one.id, one]))
  let isNew = false
  for (const one of told) {
    const known = merged.get(one.id)
    const now = known ? withKnown(known, one) : one
    if (known && isSame(known, now)) continue
    isNew = true
    merged.delete(one.id)
    merged.set(one.id, now)
  }
  return isNew ? bound([...merged.values()], max) : kept
}

/** Beyond the bound those without a name go first, then the oldest. */
function bound<T extends Named>(list: T[], max: number): T[] {
  if (list.length <= max) return list
  const named = list.filter(hasName).slice(-max)
  const room = max - named.length
  const unnamed = room === 0 ? [] : list.filter((one) => !hasName(one)).slice(-room)
  const staying = new Set([...named, ...unnamed])
  return list.filter((one) => staying.has(one))
}

function hasName({ name, pushName }: Named): boolean {
  return (name ?? pushName ?? null) !== null
}

function withKnown<T extends Named>(known: T, told: T): T {
  const toldFields = Object.entries(told).filter(([, value]) => value !== null)
  return { ...known, ...Object.fromEntries(toldFields) }
}

function isSame<T extends Named>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((key) => a[key] === b[key])
}

function cutGroup(group: Group): Group {
  return { ...group, name: cut(group.name) }
}

function cutContact(contact: KeptContact): KeptContact {
  return { ...contact, name: cut(contact.name), pushName: cut(contact.pushName) }
}

/** A cut never leaves half a character. */
function cut(name: string | null): string | null {
  if (name === null || name.trim() === '') return null
  const short = name.slice(0, MAX_NAME_LENGTH)
  return /[\uD800-\uDBFF]$/.test(short) ? short.slice(0, -1) : short
}

function byName(a: Named, b: Named): number {
  if (a.name === null || b.name === null) return Number(a.name === null) - Number(b.name === null) || compare(a.id, b.id)
  return compare(a.name, b.name) || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
