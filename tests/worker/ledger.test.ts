import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ledgerFileAt, ledgerInMemory, ledgerPath, openLedger } from '../../worker/store/ledger.ts'
import type { LedgerEntry } from '../../worker/store/ledger.ts'

const ONE = '11111111-1111-4111-8111-111111111111'
const OTHER = '22222222-2222-4222-8222-222222222222'
const entry = (session: string, generation: number): LedgerEntry => ({
  session,
  generation,
  reason: 'reset',
  at: '2026-01-01T00:00:00.000Z',
})

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-ledger-'))
  path = join(folder, 'apart', 'cleared.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => openLedger(ledgerFileAt(path))
const lines = (): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1)

describe('the ledger of what was cleared', () => {
  it('remembers the newest generation of each session over restarts, for its owner alone (LED-1)', () => {
    const ledger = open()
    expect(ledger.clearedUpTo(ONE)).toBe(0)
    for (const one of [entry(ONE, 1), entry(OTHER, 4), entry(ONE, 3)]) ledger.record(one)
    expect(open().entries()).toEqual([entry(ONE, 3), entry(OTHER, 4)])
    expect(open().clearedUpTo(ONE)).toBe(3)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('writes nothing that it knows already, and never less than it knew', () => {
    const ledger = open()
    for (const one of [entry(ONE, 3), entry(ONE, 3), entry(ONE, 1)]) ledger.record(one)
    expect(lines()).toHaveLength(1)
    expect(ledger.clearedUpTo(ONE)).toBe(3)
  })

  it('drops a last line without its end, wherever it was cut, and goes on behind the last whole one (LED-4)', () => {
    open().record(entry(ONE, 1))
    const before = readFileSync(path, 'utf8')
    const line = JSON.stringify(entry(OTHER, 2))
    for (let cut = 1; cut <= line.length; cut += 1) {
      writeFileSync(path, before + line.slice(0, cut))
      const ledger = open()
      expect(ledger.clearedUpTo(OTHER)).toBe(0)
      ledger.record(entry(OTHER, 5))
      expect(lines()).toHaveLength(2)
      expect(open().clearedUpTo(OTHER)).toBe(5)
    }
  })

  it('is refused with the number of a damaged line: what that was about might come back (LED-4)', () => {
    const ledger = open()
    ledger.record(entry(ONE, 1))
    ledger.record(entry(OTHER, 1))
    writeFileSync(path, readFileSync(path, 'utf8').replace('"generation":1', '"generation":0'))
    expect(open).toThrow(/Line 1 of the ledger/)
  })

  it('is not written where something else writes to it, for each worker has its own', () => {
    const ledger = open()
    ledger.record(entry(ONE, 1))
    appendFileSync(path, `${JSON.stringify(entry(OTHER, 7))}\n`)
    expect(() => ledger.record(entry(ONE, 2))).toThrow(/something else writes/)
    expect(ledger.clearedUpTo(ONE)).toBe(1)
    expect(open().clearedUpTo(OTHER)).toBe(7)
  })

  it('does not know what the disk refused, and takes it the next time', () => {
    const memory = ledgerInMemory()
    let refuses = true
    const ledger = openLedger({
      ...memory,
      writeAt(at, text) {
        if (!refuses) return memory.writeAt(at, text)
        memory.writeAt(at, text.slice(0, 10))
        throw new Error('the disk is full')
      },
    })
    expect(() => ledger.record(entry(ONE, 1))).toThrow('the disk is full')
    expect(ledger.clearedUpTo(ONE)).toBe(0)
    refuses = false
    ledger.record(entry(ONE, 1))
    expect(openLedger(memory).entries()).toEqual([entry(ONE, 1)])
  })

  it('follows no link, and lies in the data folder where nobody names another place', () => {
    expect(ledgerPath(folder)).toBe(join(folder, 'cleared.jsonl'))
    expect(ledgerPath(folder, path)).toBe(path)
    const target = join(folder, 'elsewhere')
    writeFileSync(target, '')
    symlinkSync(target, join(folder, 'link'))
    expect(() => openLedger(ledgerFileAt(join(folder, 'link')))).toThrow(/ELOOP/)
  })
})
