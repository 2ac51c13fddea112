import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, constantFrom, nat, property } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_CONTACTS, MAX_GROUPS, MAX_NAME_LENGTH } from '#domain/names.ts'
import { listContacts, mergeNames, replaceGroups } from '../../worker/names/merge.ts'
import { createNameBuffer } from '../../worker/names/name-buffer.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { countNames, noNames, openNames } from '../../worker/store/names.ts'
import { placesOf } from '../../worker/store/data-folder.ts'
import type { KeptContact } from '../../worker/store/names.ts'
import { readGroups } from '../../worker/whatsapp/names.ts'
import { NO_VAULT } from './support/vaults.ts'

const AT = '2026-11-22T12:00:00.000Z'
const NOTHING = { groups: [], contacts: [], changes: [] }
const person = (n: number, name: string | null = `Person ${n}`): KeptContact => ({
  id: `519${n}@s.whatsapp.net`,
  phoneNumber: `+519${n}`,
  name,
  pushName: null,
})
const range = (length: number, from = 0) => Array.from({ length }, (_, i) => i + from)

describe('what is told', () => {
  it('is kept once: what was known changes nothing, so that nothing is written for it', () => {
    const kept = mergeNames(noNames(1), { ...NOTHING, contacts: [person(1), person(2)] }, AT)
    expect(mergeNames(kept, { ...NOTHING, contacts: [person(1)], changes: [person(2)] }, 'later')).toBe(kept)
    expect(mergeNames(kept, { ...NOTHING, contacts: [person(1, null)] }, 'later')).toBe(kept)
    expect(mergeNames(kept, { ...NOTHING, contacts: [person(1, 'Renamed')] }, 'later')).toMatchObject({
      contactsAt: 'later',
      contacts: [person(2), person(1, 'Renamed')],
      groupsAt: null,
    })
  })

  it('of a stranger by a change makes nobody known: who writes in a group is no contact', () => {
    const kept = mergeNames(noNames(1), { ...NOTHING, contacts: [person(1)] }, AT)
    expect(mergeNames(kept, { ...NOTHING, changes: [person(2)] }, AT)).toBe(kept)
    expect(mergeNames(kept, { ...NOTHING, changes: [{ ...person(1), pushName: 'Uno' }] }, AT).contacts).toEqual([
      { ...person(1), pushName: 'Uno' },
    ])
  })

  it('of one person under two addresses is one contact, by the number, and the address book goes before', () => {
    const hidden = { id: '77@lid', phoneNumber: '+5191', name: null, pushName: 'calls herself so' }
    expect(listContacts([hidden, person(1), person(2, null)])).toEqual([
      { id: '5191@s.whatsapp.net', phoneNumber: '+5191', name: 'Person 1' },
      { id: '5192@s.whatsapp.net', phoneNumber: '+5192', name: null },
    ])
    expect(listContacts([person(1, null), hidden])).toEqual([{ id: '5191@s.whatsapp.net', phoneNumber: '+5191', name: 'calls herself so' }])
  })

  it('never passes the bounds; those with a name stay before those without, and the newest before the oldest', () => {
    assert(
      property(nat(MAX_CONTACTS), nat(2000), nat(2000), (before, named, unnamed) => {
        const first = mergeNames(noNames(1), { ...NOTHING, contacts: range(before).map((n) => person(n, n % 2 ? null : 'early')) }, AT)
        const told = [...range(named, 10_000).map((n) => person(n)), ...range(unnamed, 20_000).map((n) => person(n, null))]
        const { contacts } = mergeNames(first, { ...NOTHING, contacts: told }, AT)
        expect(contacts.length).toBe(Math.min(MAX_CONTACTS, before + named + unnamed))
        expect(contacts.filter(({ name }) => name?.startsWith('Person'))).toHaveLength(named)
        const unnamedLeft = contacts.filter(({ name }) => name === null)
        const toldUnnamed = told.filter(({ name }) => name === null)
        const newest = Math.min(unnamedLeft.length, toldUnnamed.length)
        // Of those without a name the newest are left; and none of them, as long as one with a name had to go.
        expect(unnamedLeft.slice(unnamedLeft.length - newest)).toEqual(toldUnnamed.slice(toldUnnamed.length - newest))
        const early = contacts.filter(({ name }) => name === 'early').length
        expect(unnamedLeft.length === 0 || early === Math.ceil(before / 2)).toBe(true)
      }),
      { numRuns: 25 },
    )
    const many = range(MAX_GROUPS + 10).map((n) => ({ id: `${n}@g.us`, name: n < 20 ? null : `Group ${n}`, participants: 1 }))
    expect(replaceGroups(noNames(1), many, AT).groups).toEqual(many.filter(({ name }, n) => name !== null || n >= 10))
  })

  it('has its names cut at the bound, and never through the middle of a character', () => {
    const long = `${'x'.repeat(MAX_NAME_LENGTH - 1)}🎂🎂`
    const { groups, contacts } = mergeNames(
      noNames(1),
      { ...NOTHING, groups: [{ id: '1@g.us', name: long, participants: null }], contacts: [person(1, 'y'.repeat(500)), person(2, '  ')] },
      AT,
    )
    expect(groups[0]?.name).toBe('x'.repeat(MAX_NAME_LENGTH - 1))
    expect(contacts.map(({ name }) => name)).toEqual(['y'.repeat(MAX_NAME_LENGTH), null])
  })
})

describe('an answer of WhatsApp about groups', () => {
  const answer = (type: string, content: unknown) => ({ tag: 'iq', attrs: { type }, content })
  const group = (attrs: Record<string, string>, content: unknown[] = []) => ({ tag: 'group', attrs, content })

  it('that lists none is told from no answer at all', () => {
    expect(readGroups(answer('result', [{ tag: 'groups', attrs: {}, content: [] }]))).toEqual([])
    expect(readGroups(answer('result', undefined))).toEqual([])
    for (const none of [undefined, answer('error', [{ tag: 'error', attrs: { code: '429' } }])]) expect(readGroups(none)).toBeNull()
  })

  it('is read with who takes part, and without what is no group', () => {
    const participant = { tag: 'participant', attrs: { jid: '1@lid' } }
    const groups = [
      group({ id: '1203', subject: 'By size', size: '12' }),
      group({ id: '1204@g.us', subject: 'By list' }, [participant, participant]),
      group({ id: '1205' }),
      group({ id: '../../etc', subject: 'x' }),
      group({ id: '1206', size: 'NaN' }),
    ]
    expect(readGroups(answer('result', [{ tag: 'groups', attrs: {}, content: groups }]))).toEqual([
      { id: '1203@g.us', name: 'By size', participants: 12 },
      { id: '1204@g.us', name: 'By list', participants: 2 },
      { id: '1205@g.us', name: null, participants: 0 },
      { id: '1206@g.us', name: null, participants: null },
    ])
  })
})

describe('the file', () => {
  const id = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
  let root: string
  beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'latchkey-names-'))))
  afterEach(() => rmSync(root, { recursive: true }))
  const open = () => openNames({ disk: systemDisk, places: placesOf(root), vault: NO_VAULT })

  it('is never made where the folder of the credentials is gone, and nothing half made is left (NAM-3, CLR-2)', () => {
    mkdirSync(join(root, 'sessions'))
    expect(() => open().write(id, noNames(1))).toThrow('no folder for these names')
    expect(readdirSync(root, { recursive: true })).toEqual(['sessions'])
    mkdirSync(join(root, 'sessions', id))
    open().write(id, mergeNames(noNames(2), { ...NOTHING, contacts: [person(1)] }, AT))
    expect(countNames(systemDisk, join(root, 'sessions', id))).toBe(1)
    expect([open().read(id, 2).contacts, open().read(id, 1).contacts]).toEqual([[person(1)], []])
    expect(readdirSync(join(root, 'sessions'))).toEqual([id])
  })

  it('stays as it was when the disk is full', () => {
    mkdirSync(join(root, 'sessions', id), { recursive: true })
    const kept = mergeNames(noNames(1), { ...NOTHING, contacts: [person(1)] }, AT)
    open().write(id, kept)
    const full = {
      ...systemDisk,
      sync() {
        throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      },
    }
    const names = openNames({ disk: full, places: placesOf(root), vault: NO_VAULT })
    expect(() => names.write(id, noNames(1))).toThrow('no space left')
    expect(open().read(id, 1)).toEqual(kept)
    expect(readdirSync(join(root, 'sessions'))).toEqual([id])
  })
})

describe('what the phone tells in a burst', () => {
  const told = (n: number) => ({ ...NOTHING, contacts: [person(n)] })
  const buffer = () => {
    const timers = new Set<{ ms: number; run: () => void }>()
    const written: number[] = []
    const made = createNameBuffer(
      (ms, run) => {
        const timer = { ms, run }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
      ({ contacts, changes }) => written.push(contacts.length + changes.length),
    )
    const elapse = (): void => {
      const due = [...timers]
      timers.clear()
      for (const { run } of due) run()
    }
    return { ...made, written, elapse, waits: () => [...timers].map(({ ms }) => ms) }
  }

  it('is written once, and at the latest when the session ends', () => {
    const names = buffer()
    for (const n of range(30)) names.add(told(n))
    expect(names.written).toEqual([])
    names.elapse()
    names.add(told(1))
    names.flush()
    names.elapse()
    expect(names.written).toEqual([30, 1])
    for (const n of range(500)) names.add(told(n))
    expect(names.written.length).toBeGreaterThan(3)
  })

  it('waits longer where people only say again what they call themselves (NAM-1)', () => {
    const names = buffer()
    const pushName = { ...NOTHING, changes: [{ ...person(1), name: null, pushName: 'Ana' }] }
    names.add(pushName)
    names.add(pushName)
    expect(names.waits()).toEqual([60_000])
    names.add(told(2))
    expect(names.waits()).toEqual([1000])
    names.elapse()
    expect(names.written).toEqual([3])
    names.add(pushName)
    expect(names.waits()).toEqual([60_000])
  })

  it('is written no more behind the fence, in whatever order things come (FEN-1, NAM-3)', () => {
    assert(
      property(array(constantFrom('add', 'flush', 'elapse' as const)), (steps) => {
        const names = buffer()
        names.add(told(1))
        names.drop()
        for (const step of steps) {
          if (step === 'add') names.add(told(2))
          else names[step]()
        }
        names.elapse()
        expect(names.written).toEqual([])
      }),
    )
  })
})
