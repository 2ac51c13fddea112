import { describe, expect, it } from 'vitest'
import type { Inventory, SessionFacts } from '../../worker/reconcile/facts.ts'
import { plan } from '../../worker/reconcile/plan.ts'

const ID = '7f0c1a52-8f5e-4a86-9f3c-000000000000'
const NOTHING: SessionFacts = {
  sessionId: ID,
  database: { row: null, orders: [] },
  hearsay: false,
  credentials: { state: 'absent' },
  backups: [],
  outbox: { state: 'absent' },
  keys: { state: 'whole', generations: [], old: 0 },
  quarantine: [],
  memory: null,
  tombstones: [],
  fenced: false,
}
const row = (status: 'connecting' | 'connected' | 'stopped' | 'disconnected', generation = 2): SessionFacts['database'] => ({
  row: { status, desired: 'online', generation },
  orders: [],
})
const whole = (generation: number, linked = true) => ({ state: 'whole', generation, linked }) as const
const backup = (generation: number) => ({ name: 'then', stored: whole(generation) })
const queue = (generation: number | null) => ({ state: 'whole', generation, messages: 1 }) as const
const running = (generation: number) => ({ running: 'linked', generation, status: 'connected', socket: true }) as const
const stone = (maxGeneration: number) => ({ orderId: 'the order', maxGeneration, step: 'receipt' }) as const
const order = (maxGeneration: number) => ({ id: 'the order', maxGeneration, reason: 'reset' })
const inventory = (...sessions: Partial<SessionFacts>[]): Inventory => ({
  sessions: sessions.map((facts) => Object.assign({}, NOTHING, facts)),
  strays: [],
})
const said = (facts: Partial<SessionFacts>) =>
  plan(inventory(facts)).findings.map(({ place, finding, action }) => `${place} ${finding}: ${action}`)

describe('what is found', () => {
  it.each<[string, Partial<SessionFacts>, string[]]>([
    ['nothing of a session that is as it should be', { database: row('connected'), credentials: whole(2), backups: [backup(2)] }, []],
    [
      'nothing of one that runs',
      { database: row('connected'), credentials: { state: 'in_use' }, memory: running(2), outbox: queue(2) },
      [],
    ],
    ['a folder without a row', { credentials: whole(2) }, ['credentials orphan: quarantine']],
    ['backups without a row', { backups: [backup(1), backup(2)] }, ['backup orphan: quarantine', 'backup orphan: quarantine']],
    ['an outbox without a row', { outbox: queue(2) }, ['outbox orphan: quarantine']],
    ['a damaged outbox without a row', { outbox: { state: 'damaged' } }, ['outbox orphan: quarantine']],
    [
      'a folder of another generation',
      { database: row('disconnected'), credentials: whole(1) },
      ['credentials other_generation: quarantine'],
    ],
    [
      'a backup and an outbox of another generation, while the session runs',
      {
        database: row('connected'),
        credentials: { state: 'in_use' },
        memory: running(2),
        backups: [backup(1), backup(2)],
        outbox: queue(1),
      },
      ['backup other_generation: quarantine', 'outbox other_generation: quarantine'],
    ],
    [
      'a damaged folder of a row without a link',
      { database: row('disconnected'), credentials: { state: 'damaged', reason: 'bad' } },
      ['credentials damaged: quarantine'],
    ],
    [
      'a damaged folder of a linked row, which goes its own way',
      { database: row('connected'), credentials: { state: 'damaged', reason: 'bad' } },
      ['credentials damaged: report', 'database no_credentials: report'],
    ],
    ['a linked row with nothing on disk', { database: row('connected') }, ['database no_credentials: report']],
    ['the same with a backup', { database: row('stopped'), backups: [backup(2)] }, ['database no_credentials: wait']],
    [
      'a linked row whose pairing never ended',
      { database: row('connected'), credentials: whole(2, false) },
      ['database no_credentials: report'],
    ],
    ['a link that the database does not know of', { database: row('connecting'), credentials: whole(2) }, ['database link_untold: wait']],
    [
      'a link that the database calls ended',
      { database: row('disconnected'), credentials: whole(2) },
      ['database linked_but_disconnected: report'],
    ],
    ['something that runs without a row', { memory: running(2), credentials: { state: 'in_use' } }, ['memory runs_without_row: wait']],
    [
      'something that runs in another generation',
      { database: row('connected'), memory: running(1) },
      ['memory runs_other_generation: wait'],
    ],
    [
      'something that runs although it is forbidden',
      { database: { ...row('connected'), row: null, orders: [order(2)] }, memory: running(2), tombstones: [stone(2)] },
      ['memory runs_forbidden: wait', 'memory runs_without_row: wait', 'tombstone clear_under_way: wait'],
    ],
    ['a tombstone without an order', { tombstones: [stone(2)] }, ['tombstone order_vanished: report']],
    ['an order without a tombstone', { database: { row: null, orders: [order(1)] } }, ['tombstone order_open: wait']],
    ['a damaged tombstone', { database: row('connecting'), fenced: true }, ['tombstone damaged_tombstone: report']],
    [
      'what is in quarantine',
      { quarantine: [{ name: 'x', what: 'outbox', generation: 1, reason: 'why', keepUntil: null }] },
      ['quarantine quarantined: none'],
    ],
  ])('%s', (_what, facts, expected) => {
    expect(said(facts)).toEqual(expected)
  })
})

describe('what is left alone', () => {
  it.each<[string, Partial<SessionFacts>, string[]]>([
    [
      'what an order erases',
      { database: { row: null, orders: [order(2)] }, credentials: whole(2) },
      ['credentials clear_under_way: wait', 'tombstone order_open: wait'],
    ],
    [
      'what a tombstone forbids',
      { backups: [backup(2)], tombstones: [stone(2)] },
      ['backup clear_under_way: wait', 'tombstone order_vanished: report'],
    ],
    [
      'an orphan that is newer than its order',
      { database: { row: null, orders: [order(1)] }, outbox: queue(2) },
      ['outbox orphan: wait', 'tombstone order_open: wait'],
    ],
    [
      'what the system refuses to read (FOL-2)',
      { credentials: { state: 'unreadable', reason: 'EACCES' } },
      ['credentials unreadable: report'],
    ],
    [
      'what changed after the database was read (FOL-6)',
      { hearsay: true, database: row('connected'), outbox: queue(1) },
      ['outbox other_generation: wait'],
    ],
    ['an orphan that still runs', { memory: running(2), outbox: queue(2) }, ['outbox orphan: wait', 'memory runs_without_row: wait']],
    [
      'what a damaged tombstone speaks of',
      { fenced: true, credentials: whole(1) },
      ['credentials orphan: report', 'tombstone damaged_tombstone: report'],
    ],
    [
      'everything while the database cannot be read (FOL-2)',
      { database: null, credentials: whole(1), backups: [backup(3)], outbox: queue(4), tombstones: [stone(9)] },
      [],
    ],
    ['an outbox that does not say whose it is', { database: row('connected'), credentials: whole(2), outbox: queue(null) }, []],
  ])('%s', (_what, facts, expected) => {
    expect(said(facts)).toEqual(expected)
  })
})

describe('a burst (FOL-8)', () => {
  const many = (count: number, facts: (index: number) => Partial<SessionFacts>) =>
    inventory(...Array.from({ length: count }, (_, index) => ({ ...facts(index), sessionId: `${ID.slice(0, -4)}${1000 + index}` })))

  it('is an alarm from the fourth, or one in twenty, and then nothing is moved', () => {
    expect(plan(many(3, () => ({ outbox: queue(1) }))).alarm).toBeNull()
    const burst = plan(many(4, () => ({ outbox: queue(1) })))
    expect(burst.alarm).toContain('4 of 4')
    expect(burst.findings.map(({ action }) => action)).toEqual(['report', 'report', 'report', 'report'])
    const large = (orphans: number) =>
      plan(many(1000, (index) => ({ credentials: whole(2), ...(index < orphans ? {} : { database: row('connected') }) }))).alarm
    expect(large(50)).toBeNull()
    expect(large(51)).toContain('51 of 1000')
  })

  it('counts generations, too: a database that was restored is no reason to empty the folder', () => {
    expect(plan(many(100, () => ({ database: row('connected', 1), credentials: whole(2), backups: [backup(2)] }))).alarm).toContain(
      '100 of 100',
    )
  })

  it('is one thing already in a folder that is not known to be this database’s (FOL-9)', () => {
    const one = inventory({ outbox: queue(1) })
    expect(plan(one, false)).toMatchObject({ findings: [{ action: 'report' }] })
    expect(plan(one, false).alarm).toContain('not known')
    expect(plan(inventory({ database: row('connecting') }), false).alarm).toBeNull()
  })

  it('does not pass in small portions: what is hearsay is not moved, but it counts', () => {
    const restless = (hearsay: number) =>
      plan(many(6, (index) => ({ database: row('connected', 1), credentials: whole(2), hearsay: index < hearsay })))
    expect(restless(4).alarm).toContain('6 of 6')
    expect(restless(4).findings.filter(({ action }) => action === 'quarantine')).toEqual([])
    expect(restless(6).alarm, 'nothing would be moved').toBeNull()
  })

  it('does not pass in small portions: what a listing does not show waits until all was looked at', () => {
    const half = plan(
      many(100, (index) => ({ database: row('connected', 1), credentials: index < 2 ? whole(2) : { state: 'not_looked_at' } })),
    )
    expect(half.alarm).toBeNull()
    expect(half.findings.filter(({ action }) => action === 'quarantine')).toEqual([])
    expect(half.findings.filter(({ finding }) => finding === 'other_generation').map(({ action }) => action)).toEqual(['wait', 'wait'])
  })
})
