import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { parseLedger } from '../../worker/store/ledger.ts'
import type { LedgerEntry } from '../../worker/store/ledger.ts'
import { StartError } from '../stack/start-error.ts'

/** The newest entry of each session. */
export type Cleared = ReadonlyMap<string, LedgerEntry>
/** What the operator says: ledgers that survived, and a list of what was cleared since (`none`: nothing was). */
export type Told = { ledgers: readonly string[]; cleared: string | undefined }

const Line = z.tuple([z.uuid(), z.coerce.number().int().min(1)])

/**
 * All that is known to be cleared: every line of every ledger, and of the operator's list. Throws `StartError` where there is neither a ledger
 * nor a word of the operator, and where what there is is older than `atBackup`: it says nothing of the time since the backup.
 */
export function knownCleared({ ledgers, cleared }: Told, atBackup: Cleared, now: Date): Cleared {
  const there = ledgers.filter((path) => existsSync(path))
  const missing = ledgers.filter((path) => !existsSync(path))
  if (missing.length > 0) throw new StartError(`There is no ledger at ${missing.join(', ')}.`)
  const known = merge(there.map((path) => parseLedger(readFileSync(path, 'utf8'), path)))
  if (cleared === undefined) {
    if (there.length === 0) {
      throw new StartError(
        'Nothing says what was cleared since this backup was made, so that a restore could bring it back. Give the ledger of what was cleared (--ledger <file>, of each worker one), or say yourself: --cleared <file> with a line "<session> <generation>" for each, or --cleared none.',
      )
    }
    const behind = [...atBackup].filter(([session, { generation }]) => (known.get(session)?.generation ?? 0) < generation)
    if (behind.length > 0) {
      throw new StartError(
        `The ledger does not know ${behind.length} of the clears that were done when the backup was made (${behind[0]?.[0]}): it is older, or another worker's. A newer one, or --cleared, is needed.`,
      )
    }
  }
  return merge([atBackup, known, cleared === undefined || cleared === 'none' ? new Map() : readList(cleared, now)])
}

function readList(path: string, now: Date): Map<string, LedgerEntry> {
  if (!existsSync(path)) throw new StartError(`There is no list at ${path}.`)
  const entries = new Map<string, LedgerEntry>()
  for (const [at, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line.trim() === '') continue
    const parsed = Line.safeParse(line.trim().split(/\s+/))
    if (!parsed.success) throw new StartError(`Line ${at + 1} of ${path} is not "<session> <generation>".`)
    const [session, generation] = parsed.data
    entries.set(session, { session, generation, reason: 'reset', at: now.toISOString() })
  }
  return entries
}

function merge(all: readonly Cleared[]): Map<string, LedgerEntry> {
  const merged = new Map<string, LedgerEntry>()
  for (const one of all) {
    for (const [session, entry] of one) if ((merged.get(session)?.generation ?? 0) < entry.generation) merged.set(session, entry)
  }
  return merged
}
