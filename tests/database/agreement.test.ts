import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLEAR_REASONS } from '#domain/clearance.ts'
import { ERROR_STATUS } from '#domain/errors.ts'
import { TIMELINE_KINDS } from '#domain/events.ts'
import { STATUS_REASONS } from '#domain/reasons.ts'
import { DESIRED_STATES, EFFECTIVE_STATES, IS_LINKED, SESSION_STATES } from '#domain/session.ts'
import { DELIVERY_STATES, WEBHOOK_EVENTS } from '#domain/webhook.ts'
import { startTestDatabase, type TestDatabase } from '../support/database.ts'

let db: TestDatabase
beforeAll(async () => void (db = await startTestDatabase()))
afterAll(() => db.stop())

describe('database and domain agree on', () => {
  it.each([
    ['session_status', SESSION_STATES],
    ['desired_state', DESIRED_STATES],
    ['effective_status', EFFECTIVE_STATES],
    ['status_reason', STATUS_REASONS],
    ['clear_reason', CLEAR_REASONS],
    ['session_event_kind', TIMELINE_KINDS],
    ['member_role', ['owner', 'admin', 'agent']],
    ['webhook_event', WEBHOOK_EVENTS],
    ['delivery_state', DELIVERY_STATES],
  ] as const)('the words of %s', async (name, words) => {
    const rows = await db.sql<{ word: string }[]>`
      select e.enumlabel as word from pg_enum e join pg_type t on t.oid = e.enumtypid where t.typname = ${name} order by e.enumsortorder`
    expect(rows.map((row) => row.word)).toEqual(words)
  })

  it('which states are linked: the others are the ones that may never have been', async () => {
    const id = await db.createOrganization('Acme')
    const linked: Record<string, boolean> = {}
    for (const status of SESSION_STATES) {
      linked[status] = await db.insertSession(id, { status, linked_at: null }).then(
        () => false,
        () => true,
      )
    }
    expect(linked).toEqual(IS_LINKED)
  })

  it('the error codes and their HTTP status', async () => {
    const rows = await db.sql<{ source: string }[]>`
      select prosrc as source from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)`
    const source = rows.map((row) => row.source).join('\n')
    const calls = source.matchAll(/private\.fail\((\d+), '(\w+)'/g)
    const used = Array.from(calls, ([, status, code]) => [code, Number(status)] as const)
    expect(used.length).toBeGreaterThan(10)
    expect(used.filter(([code, status]) => ERROR_STATUS[code as keyof typeof ERROR_STATUS] !== status)).toEqual([])
  })
})
