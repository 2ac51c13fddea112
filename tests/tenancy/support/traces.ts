import { randomUUID } from 'node:crypto'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g
/** Numbers of the simulated phones, of the entries of timelines, and of texts that wait. */
const PHONE = /\b51987\d{6}\b/g
const ENTRY = /\b9[12]0000\d{3}\b/g
const TEXT = /\b3EB0[0-9A-F]{12,28}\b/g
/** In place of a tenant's own word where nobody is meant. As long as the tenants' words, so that lengths tell nothing in the comparison. */
const NOBODY = 'nothing'

const encodedWholly = (text: string): string => Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`).join('')
const withDashes = (digits: string): string => digits.replace(/^(\d\d)(\d{3})(\d{3})(\d{3})$/, '$1-$2-$3-$4')

/** The ways in which attacks write an id or a number. */
export const SPELLINGS = {
  plain: (text: string) => text,
  'in capitals': (text: string) => text.toUpperCase(),
  'encoded wholly': encodedWholly,
  'with dashes': withDashes,
} as const

/** What gives a tenant away: values that stand in its rows and in nobody else's, each beside one of the same shape that is nobody's. */
export type Traces = {
  values: readonly string[]
  /** The same text about somebody who does not exist. */
  ghostly(text: string): string
  /** The first value that is in `text` and was not in `said`, or `null`. */
  seenIn(text: string, said: string): string | null
}

/**
 * Gathers ids, phone numbers, the ids of timeline entries, and the `word` that all names, reasons and addresses of the tenant hold.
 * `rows`: the tenant's, as JSON; `others`: what stands there is not the tenant's alone.
 */
export function tracesOf(rows: readonly string[], others: string, word: string): Traces {
  const found = rows.flatMap((row) => [UUID, PHONE, ENTRY, TEXT].flatMap((pattern) => row.match(pattern) ?? []))
  const values = [...new Set(found)].filter((value) => !others.includes(value))
  const pairs = new Map<string, string>([[word, NOBODY]])
  const nobodysId = randomUUID()
  for (const value of values) {
    const nobodys = value.length === 36 ? nobodysId : nobodysNumber(value)
    for (const spell of Object.values(SPELLINGS)) pairs.set(spell(value), spell(nobodys))
  }
  const known = new RegExp([...pairs.keys()].toSorted((a, b) => b.length - a.length).join('|'), 'g')
  return {
    values: [...values, word],
    ghostly: (text) => text.replace(known, (spelled) => pairs.get(spelled) ?? spelled),
    seenIn(text, said) {
      const heard = text.toLowerCase()
      const spoken = said.toLowerCase()
      const isSaid = (value: string) => Object.values(SPELLINGS).some((spell) => spoken.includes(spell(value).toLowerCase()))
      return [...values, word].find((value) => heard.includes(value.toLowerCase()) && !isSaid(value)) ?? null
    },
  }
}

function nobodysNumber(value: string): string {
  if (value.startsWith('3EB0')) return value.replace(/[0-9A-F]{8}$/, 'AAAAAAAA')
  return value.startsWith('51987') ? '51987999001' : '990000001'
}

/** A text without what differs at each call: times, and ids that are made anew. `kept`: ids that mean something. */
export function withoutChance(text: string, kept: (id: string) => boolean): string {
  return text.replace(TIME, '<time>').replace(UUID, (id) => (kept(id) ? id : '<id>'))
}
