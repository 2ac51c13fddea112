import { expect, it } from 'vitest'
import { TIMELINE_KINDS } from '#domain/events.ts'
import { fateOf } from '../../src/features/session/fate.ts'
import { findNames } from '../../src/features/session/names/find-names.ts'
import { GROUP_OF, KIND_GROUPS, kindsOf } from '../../src/features/session/timeline/kind-groups.ts'
import { tellEntry } from '../../src/features/session/timeline/tell-entry.ts'
import { en } from '../../src/words/en.ts'

const dates = {
  time: String,
  date: String,
  dateTime: (time: number | string) => new Date(time).toISOString(),
  ago: String,
  until: String,
  duration: (milliseconds: number) => `${milliseconds} ms`,
}
const tell = (kind: string, detail: unknown) => tellEntry(kind, detail, { words: en, dates })

const FIRST = '0b5c1d7e-0000-4000-8000-000000000001'
const SECOND = '0b5c1d7e-0000-4000-8000-000000000002'
const at = '2026-11-22T03:13:47.142Z'
const ordered = (order_id: string) => ({ kind: 'clear_ordered' as const, at, detail: { order_id } })
const cleared = (order_id: string) => ({ kind: 'cleared' as const, at, detail: { order_id, remote_unlink: 'confirmed' as const } })
const deleted = { kind: 'deleted' as const, at, detail: {} }

it('calls a session gone when its last order was carried out, and not when an earlier one was', () => {
  expect(fateOf([])).toEqual({ kind: 'unheard' })
  expect(fateOf([deleted, ordered(SECOND), cleared(FIRST), ordered(FIRST)])).toEqual({ kind: 'removing', since: at })
  expect(fateOf([cleared(SECOND), deleted, ordered(SECOND), cleared(FIRST), ordered(FIRST)])).toEqual({
    kind: 'gone',
    at,
    unlink: 'confirmed',
  })
  // The order itself may be older than what is kept.
  expect(fateOf([cleared(FIRST)])).toMatchObject({ kind: 'gone' })
  expect(fateOf([deleted])).toMatchObject({ kind: 'removing' })
})

it('puts each kind of entry in one group', () => {
  expect(KIND_GROUPS.flatMap(kindsOf).toSorted()).toEqual(TIMELINE_KINDS.toSorted())
  expect(Object.keys(GROUP_OF)).toHaveLength(TIMELINE_KINDS.length)
})

it('tells what it knows of an entry whose detail it does not know, and that there is one of a kind that it does not know', () => {
  expect(tell('linked', { something: 'newer' })).toEqual({ title: 'Linked to a phone', notes: [], names: null, raw: null, count: 1 })
  expect(tell('teleported', { by: null }).title).toBe('Something that this page has no word for')
  expect(tell('toString', {}).title).toBe('Something that this page has no word for')
})

it('says why the state changed, what it was, and of which link', () => {
  const change = { from: 'connected', to: 'disconnected', reason: 'unlinked_from_phone', generation: 2, by: null }
  expect(tell('status', change)).toMatchObject({ title: 'Disconnected', notes: ['unlinked from the phone', 'was connected', 'link no. 2'] })
  const again = { from: 'connecting', to: 'connecting', reason: 'link_expired', generation: 1, by: null }
  expect(tell('status', again)).toMatchObject({ title: 'Waits to be linked', notes: ['nobody scanned the code in time'] })
})

it('says when a connection is tried again, of when a backup is, and what was set aside', () => {
  expect(tell('connection_closed', { code: 401, reason: 'unlinked_from_phone', retryInMs: null }).notes).toEqual([
    'unlinked from the phone',
    'WhatsApp’s code 401',
    'not tried again by itself',
  ])
  expect(tell('connection_closed', { code: 428, reason: null, retryInMs: 5 }).notes).toContain('trying again in 1000 ms')
  expect(tell('backup_restored', { from: '2026-11-22T03-13-47.142Z', count: 2 })).toMatchObject({ notes: [`as of ${at}`], count: 2 })
  expect(tell('set_aside', { place: 'outbox', reason: 'it is of nobody' })).toMatchObject({
    notes: ['the waiting messages'],
    raw: 'it is of nobody',
  })
  expect(tell('set_aside', { place: 'attic', reason: '' }).notes).toEqual(['attic'])
})

it('finds names without their accents, and numbers however they are written', () => {
  const people = [
    { id: '1', name: 'Íñigo Muñoz', keys: '+34600100205' },
    { id: '2', name: null, keys: '+51912000111' },
  ]
  const found = (query: string) => findNames(people, query).map(({ id }) => id)
  expect(found(' inigo MUNOZ ')).toEqual(['1'])
  expect(found('+51 (912) 000')).toEqual(['2'])
  expect(found('   ')).toEqual(['1', '2'])
  expect(found('0')).toEqual(['1', '2'])
  expect(found('nobody 5')).toEqual([])
})
