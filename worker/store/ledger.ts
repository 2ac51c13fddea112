import { closeSync, constants, fsyncSync, ftruncateSync, fstatSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { ClearReason } from '#domain/clearance.ts'
import type { Tombstones } from './tombstones.ts'

/** One line of the ledger: all generations of a session up to this one were cleared. */
export const LedgerEntry = z.object({ session: z.uuid(), generation: z.int().min(1), reason: ClearReason, at: z.string() })
export type LedgerEntry = z.infer<typeof LedgerEntry>

/**
 * What was cleared here, for ever (LED-1): a few words for each clear, written before its receipt is told. No backup takes its place and it
 * only grows, so that a data folder and a database that both went back in time bring nothing back.
 */
export type Ledger = {
  /** Durable when it returns. What is known already is not written again. Throws what the system throws; the next call begins anew. */
  record(entry: LedgerEntry): void
  /** The newest generation of a session that was cleared; 0: none was. */
  clearedUpTo(sessionId: string): number
  /** One for each session, with its newest generation. */
  entries(): LedgerEntry[]
}

/** The file of a ledger. `read`: nothing there reads as empty. `writeAt`: what lies at or beyond `at` bytes goes; durable when it returns. */
export type LedgerFile = { readonly path: string; read(): string; writeAt(at: number, text: string): void }

/** Reads the whole ledger. Throws where a line of it is damaged: what it does not tell might come back. */
export function openLedger(file: LedgerFile): Ledger {
  const text = file.read()
  // A last line without its end was being written when the machine stopped: nobody was told that it is there.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const newest = parseLedger(whole, file.path)
  let bytes = Buffer.byteLength(whole)
  return {
    record(entry) {
      if ((newest.get(entry.session)?.generation ?? 0) >= entry.generation) return
      const line = `${JSON.stringify(entry)}\n`
      file.writeAt(bytes, line)
      bytes += Buffer.byteLength(line)
      newest.set(entry.session, entry)
    },
    clearedUpTo: (sessionId) => newest.get(sessionId)?.generation ?? 0,
    entries: () => [...newest.values()],
  }
}

/** The newest entry of each session in a ledger's text. Throws with the number of a line that is none. */
export function parseLedger(text: string, name: string): Map<string, LedgerEntry> {
  const newest = new Map<string, LedgerEntry>()
  for (const [at, line] of text.split('\n').entries()) {
    if (line === '') continue
    const entry = parseLine(line)
    if (!entry) {
      throw new Error(
        `Line ${at + 1} of the ledger of what was cleared (${name}) is damaged. Put a copy of it back, or take that line out: then an old backup could bring back what it was about.`,
      )
    }
    if ((newest.get(entry.session)?.generation ?? 0) < entry.generation) newest.set(entry.session, entry)
  }
  return newest
}

function parseLine(line: string): LedgerEntry | null {
  try {
    return LedgerEntry.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** The name of a ledger in a data folder, and in a backup of one. */
export const LEDGER = 'cleared.jsonl'

/** Where the ledger of a data folder is, unless the settings name another place. */
export function ledgerPath(root: string, elsewhere?: string): string {
  return elsewhere ?? join(root, LEDGER)
}

/** Tombstones that also forbid what the ledger knows as cleared, when the tombstone itself is long gone (LED-2). */
export function withLedger(tombstones: Tombstones, ledger: Ledger): Tombstones {
  return {
    ...tombstones,
    forbids: (sessionId, generation) => ledger.clearedUpTo(sessionId) >= generation || tombstones.forbids(sessionId, generation),
  }
}

/** For this user alone; a link in its place is refused. */
export function ledgerFileAt(path: string): LedgerFile {
  let left: number | null = null
  return {
    path,
    read() {
      try {
        const text = withFile(path, constants.O_RDONLY, (handle) => readFileSync(handle, 'utf8'))
        left = Buffer.byteLength(text)
        return text
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        left = 0
        return ''
      }
    },
    writeAt(at, text) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      withFile(path, constants.O_RDWR | constants.O_CREAT, (handle) => {
        const { size } = fstatSync(handle)
        if (left !== null && size !== left) throw new Error(`something else writes to the ledger ${path}: each worker has one of its own`)
        // What a write that failed half way has left is behind `at`, too, and no surprise to the next.
        left = null
        ftruncateSync(handle, at)
        const bytes = Buffer.from(text)
        let written = 0
        while (written < bytes.length) written += writeSync(handle, bytes, written, bytes.length - written, at + written)
        fsyncSync(handle)
        left = at + bytes.length
      })
      if (at === 0) withFile(dirname(path), constants.O_RDONLY, fsyncSync)
    },
  }
}

/** A ledger that ends with the process: for a simulation, whose world outlives its workers. */
export function ledgerInMemory(): LedgerFile {
  let content = ''
  return {
    path: 'memory',
    read: () => content,
    writeAt: (at, text) => void (content = content.slice(0, at) + text),
  }
}

function withFile<T>(path: string, flags: number, run: (handle: number) => T): T {
  const handle = openSync(path, flags | constants.O_NOFOLLOW, 0o600)
  try {
    return run(handle)
  } finally {
    closeSync(handle)
  }
}
