import { DisconnectReason } from 'baileys'
import { describe, expect, it } from 'vitest'
import type { SessionIntent } from '#domain/snapshot.ts'
import { nextState } from '#domain/session.ts'
import { canonicalJson, sealReceipt } from '../../worker/clear/receipt.ts'
import type { Cancel, Clock } from '../../worker/clock.ts'
import { createTimers } from '../../worker/clock.ts'
import { createLoop } from '../../worker/follow/loop.ts'
import { backoffMs } from '../../worker/session/backoff.ts'
import { decide, tooMany } from '../../worker/session/decide.ts'
import type { LocalFacts } from '../../worker/session/decide.ts'
import { createLimiter } from '../../worker/session/limiter.ts'
import { readSettings } from '../../worker/settings.ts'
import { MEANING_BY_CODE, causeOf, readClose } from '../../worker/whatsapp/close-codes.ts'

describe('the table of close codes', () => {
  it.each([
    [401, '', 'unlinked', 'unlinked_from_phone'],
    [402, '', 'gave_up', 'banned'],
    [403, '', 'refused', 'banned'],
    [405, '', 'gave_up', 'version_outdated'],
    [408, 'Connection was lost', 'dropped', 'connection_lost'],
    [408, 'QR refs attempts ended', 'link_expired', 'link_expired'],
    [411, '', 'gave_up', 'multidevice_mismatch'],
    [428, '', 'dropped', 'connection_lost'],
    [440, '', 'replaced', 'replaced'],
    [500, '', 'dropped', 'connection_lost'],
    [503, '', 'dropped', 'connection_lost'],
    [515, '', 'restart', 'connection_lost'],
    [999, 'nobody knows', 'dropped', 'connection_lost'],
  ] as const)('reads %i %s as %s (CLO-1 to CLO-9)', (code, message, event, reason) => {
    expect(readClose({ code, message })).toEqual({ event, reason })
  })

  it('has a row for every reason that the client names: a new one is to be thought about (CLO-1)', () => {
    const named = Object.entries(DisconnectReason).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter(([, code]) => !(code in MEANING_BY_CODE))).toEqual([])
  })

  it('says for each code that can end a session with which event its state changes (CLO-1 to CLO-7)', () => {
    for (const { event } of Object.values(MEANING_BY_CODE)) {
      const means = event === 'restart' ? 'dropped' : event
      // Giving up passes through the lost connection that it is.
      expect(nextState('connected', means) ?? nextState('reconnecting', means)).not.toBeNull()
      expect(nextState('reconnecting', means)).not.toBeNull()
    }
  })

  it.each([
    ['Connection Failure', 401, 401],
    ['Stream Errored (conflict)', 401, 401],
    ['Stream Errored (restart required)', 515, 515],
    ['Multi-device beta not joined', 411, 411],
    ['QR refs attempts ended', 408, 408],
    // A proxy, and the client's own mistakes.
    ['WebSocket Error (Unexpected server response: 401)', 401, 428],
    ['WebSocket Error (Unexpected server response: 403)', 403, 428],
    ['Cannot proceed: socket is not authenticated yet (creds.me.id is missing)', 401, 428],
    ['WebSocket Error (connect ECONNREFUSED 127.0.0.1:1)', 408, 408],
  ])('believes "%s" (%i) as %i: only what WhatsApp said may unlink (CLO-10)', (message, statusCode, code) => {
    expect(causeOf(Object.assign(new Error(message), { output: { statusCode } }))).toEqual({ message, code })
  })
})

describe('the pause between tries', () => {
  const settings = { minMs: 100, maxMs: 1000, tries: 5 }
  it('doubles up to the cap, half of it by chance, and ends (CLO-8)', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => backoffMs(attempt, 0, settings))).toEqual([50, 100, 200, 400, 500])
    expect(backoffMs(5, 0.999, settings)).toBe(1000)
    expect(backoffMs(6, 0, settings)).toBeNull()
    expect(backoffMs(4000, 0, { ...settings, tries: 10_000 })).toBe(500)
  })
})

describe('what to do about a row', () => {
  const row: SessionIntent = {
    id: '7f0c1a52-8f5e-4a86-9f3c-111111111111',
    organization_id: '7f0c1a52-8f5e-4a86-9f3c-222222222222',
    desired: 'online',
    generation: 1,
    status: 'connecting',
    status_reason: null,
    phone_number: null,
    linked_at: null,
    link_requested_at: '2026-11-22T10:00:00.000Z',
  }
  const soon = '2026-11-22T10:01:00.000Z'
  const later = '2026-11-22T10:02:00.000Z'
  const facts = (change: Partial<Omit<LocalFacts, 'credentials'>> & { disk?: ReturnType<LocalFacts['credentials']> } = {}): LocalFacts => {
    const { disk = 'absent', ...rest } = change
    return { running: 'no', answered: null, forbidden: false, credentials: () => disk, ...rest }
  }
  it.each<[string, Partial<SessionIntent>, string, LocalFacts, string]>([
    ['a fresh request begins a link', {}, soon, facts(), 'begin_link'],
    ['an answered one does not', {}, soon, facts({ answered: row.link_requested_at }), 'leave'],
    ['an old one does not', {}, later, facts(), 'leave'],
    ['an attempt under way takes a new request as its own', {}, soon, facts({ running: 'linking' }), 'keep_link'],
    ['a tombstone forbids it, which is said once', {}, soon, facts({ forbidden: true }), 'refuse_link'],
    ['and not again', {}, soon, facts({ forbidden: true, answered: row.link_requested_at }), 'leave'],
    ['nor for an old request', {}, later, facts({ forbidden: true }), 'leave'],
    [
      'a tombstone contradicts a row that says online',
      { status: 'connected' },
      soon,
      facts({ forbidden: true, disk: 'linked' }),
      'mark_fenced',
    ],
    ['and leaves one that is offline', { status: 'stopped' }, soon, facts({ forbidden: true, disk: 'linked' }), 'leave'],
    ['a tombstone stops what runs', {}, soon, facts({ forbidden: true, running: 'linked' }), 'stop'],
    ['paired on disk, unknown to the database', {}, soon, facts({ disk: 'linked' }), 'confirm_link'],
    ['linked and not running logs in', { status: 'connected' }, soon, facts({ disk: 'linked' }), 'login'],
    ['linked and running is left', { status: 'connected' }, soon, facts({ running: 'linked', disk: 'linked' }), 'leave'],
    ['linked without credentials is reported', { status: 'reconnecting' }, soon, facts(), 'report_missing'],
    ['linked with an unlinked identity is reported', { status: 'connected' }, soon, facts({ disk: 'never_linked' }), 'report_missing'],
    ['damaged is reported', { status: 'stopped' }, soon, facts({ disk: 'damaged' }), 'report_missing'],
    ['stopped by itself stays so', { status: 'stopped' }, soon, facts({ disk: 'linked' }), 'leave'],
    ['wanted stopped stops', { status: 'connected', desired: 'stopped' }, soon, facts({ running: 'linked' }), 'stop'],
    [
      'wanted stopped while nothing runs is said',
      { status: 'connected', desired: 'stopped' },
      soon,
      facts({ disk: 'linked' }),
      'mark_stopped',
    ],
    ['disconnected stops what runs', { status: 'disconnected' }, soon, facts({ running: 'linked' }), 'stop'],
    ['disconnected stays so', { status: 'disconnected' }, soon, facts({ disk: 'linked' }), 'leave'],
  ])('%s (FOL-3 to FOL-7)', (_what, change, takenAt, local, action) => {
    expect(decide({ ...row, ...change }, takenAt, local)).toBe(action)
  })

  it('calls more than three and more than one in twenty too many (FOL-8)', () => {
    expect([tooMany(3, 3), tooMany(4, 4), tooMany(5, 100), tooMany(6, 100), tooMany(50, 1000)]).toEqual([false, true, false, true, false])
  })
})

/** Time that passes when the test says so. */
function testClock(): Clock & { pass(ms: number): void } {
  let now = 0
  const due = new Map<object, { at: number; run: () => void }>()
  return {
    now: () => now,
    elapsed: () => now,
    random: () => 0,
    after(ms, run): Cancel {
      const key = {}
      due.set(key, { at: now + ms, run })
      return () => void due.delete(key)
    },
    pass(ms) {
      now += ms
      for (const [key, { at, run }] of due) {
        if (at > now) continue
        due.delete(key)
        run()
      }
    },
  }
}

describe('timers of one owner', () => {
  it('are cancelled and counted at once, and none starts afterwards (FEN-1)', () => {
    const clock = testClock()
    const timers = createTimers(clock)
    const fired: string[] = []
    timers.after(10, () => fired.push('first'))
    timers.after(20, () => fired.push('second'))
    timers.after(30, () => fired.push('cancelled'))()
    clock.pass(10)
    expect(timers.close()).toBe(1)
    timers.after(1, () => fired.push('late'))
    clock.pass(100)
    expect(fired).toEqual(['first'])
  })
})

describe('the queue of starts', () => {
  it('lets no more in than there are places, and forgets who left the queue (CLO-9)', async () => {
    const limiter = createLimiter(2)
    const inside: string[] = []
    const leave = ['a', 'b', 'c', 'd'].map((name) => limiter.enter(() => inside.push(name)))
    expect(inside).toEqual(['a', 'b'])
    leave[2]?.()
    leave[0]?.()
    leave[0]?.()
    await Promise.resolve()
    expect(inside).toEqual(['a', 'b', 'd'])
  })
})

describe('a loop', () => {
  it('never runs twice at once, and runs again when it was asked while it ran (FOL-1)', async () => {
    let running = 0
    let runs = 0
    let release = (): void => {}
    const loop = createLoop(
      testClock(),
      () => 1000,
      async () => {
        running += 1
        runs += 1
        expect(running).toBe(1)
        await new Promise<void>((resolve) => (release = resolve))
        running -= 1
      },
    )
    const first = loop.now()
    const second = loop.now()
    const third = loop.now()
    release()
    await first
    await new Promise((resolve) => setImmediate(resolve))
    release()
    await Promise.all([second, third])
    expect(runs).toBe(2)
    await loop.close()
    await loop.now()
    expect(runs).toBe(2)
  })
})

describe('a receipt', () => {
  it('has the same digest in whatever order its fields are stored (CLR-7)', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
    const erased = { files: 0, bytes: 0 }
    const receipt = {
      orderId: 'o',
      sessionId: 's',
      generations: [1],
      reason: 'reset' as const,
      startedAt: 'a',
      finishedAt: 'b',
      remoteUnlink: 'confirmed' as const,
      removed: {
        credentials: erased,
        backups: erased,
        outbox: { messages: 0 },
        names: 0,
        quarantine: erased,
        memory: { socket: true, timers: 0 },
      },
      verifiedAbsent: true as const,
      resumedAfterCrash: false,
    }
    const reversed = Object.fromEntries(Object.entries(receipt).toReversed()) as typeof receipt
    expect(sealReceipt(receipt).digest).toBe(sealReceipt(reversed).digest)
    expect(sealReceipt({ ...receipt, generations: [2] }).digest).not.toBe(sealReceipt(receipt).digest)
  })
})

describe('settings', () => {
  it('name every variable that is wrong and show no value (OPS-2)', () => {
    const read = () => readSettings({ WORKER_ID: 'a b', SUPABASE_SERVICE_ROLE_KEY: 'hidden', WA_WEB_SOCKET_URL: 'http://hidden' })
    expect(read).toThrow(
      /WORKER_ID.*WORKER_PORT.*WORKER_PUBLIC_URL.*WORKER_DATA.*WORKER_REALM.*SUPABASE_URL.*COMMAND_PUBLIC_KEYS.*WA_WEB_SOCKET_URL/,
    )
    expect(read).not.toThrow(/hidden/)
  })
})
