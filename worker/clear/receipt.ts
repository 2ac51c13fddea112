import { createHash } from 'node:crypto'
import type { Receipt } from '#domain/clearance.ts'

/** Adds the digest: SHA-256, hex, over the canonical JSON of all other fields. */
export function sealReceipt(receipt: Omit<Receipt, 'digest'>): Receipt {
  return { ...receipt, digest: createHash('sha256').update(canonicalJson(receipt)).digest('hex') }
}

/** JSON with the keys of every object sorted and no spaces: the same value gives the same text, wherever it was stored between. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
  return `{${fields.join(',')}}`
}
