import { describe, expect, it } from 'vitest'
import { MAX_SENT } from '#domain/message.ts'
import { createSentTexts } from '../../worker/outbox/sent-texts.ts'
import { readReceipt } from '../../worker/whatsapp/receipts.ts'

const AT = '2026-01-01T00:00:00.000Z'
const LATER = '2026-01-01T00:00:01.000Z'
const idOf = (number: number) => `3EB0${String(number).padStart(20, '0')}`
const text = (number: number) =>
  ({ id: idOf(number), to: '+51912000111', text: 'Hola', queuedAt: AT, state: 'waiting', attempts: 0 }) as const
const states = (texts: ReturnType<typeof createSentTexts>) => texts.list().map(({ state }) => state)

describe('what is remembered of a sent text', () => {
  it('goes forward only, in whatever order and however often receipts come (OUT-7)', () => {
    const texts = createSentTexts()
    texts.trying(text(1))
    texts.sent(text(1), AT)
    expect(texts.list()).toEqual([{ id: idOf(1), to: '+51912000111', queuedAt: AT, sentAt: AT, state: 'sent', at: AT }])
    texts.heard(idOf(1), 'read', LATER)
    texts.heard(idOf(1), 'delivered', '2026-01-01T00:00:02.000Z')
    texts.heard(idOf(1), 'read', '2026-01-01T00:00:03.000Z')
    expect(texts.list()).toMatchObject([{ sentAt: AT, state: 'read', at: LATER }])
  })

  it('counts a receipt that overtook the acknowledgement, or whose acknowledgement was lost (OUT-7)', () => {
    const texts = createSentTexts()
    texts.trying(text(1))
    texts.heard(idOf(1), 'delivered', AT)
    expect(texts.list()).toEqual([])
    texts.trying(text(1))
    texts.sent(text(1), LATER)
    texts.trying(text(2))
    texts.sent(text(2), LATER)
    expect(states(texts)).toEqual(['sent', 'delivered'])
  })

  it('is nothing of texts that were sent by others (OUT-7)', () => {
    const texts = createSentTexts()
    texts.heard(idOf(1), 'read', AT)
    texts.trying(text(2))
    texts.heard(idOf(1), 'read', AT)
    texts.sent(text(2), AT)
    expect(texts.list()).toMatchObject([{ id: idOf(2), state: 'sent' }])
  })

  it('is of the last hundred, the newest first (OUT-8)', () => {
    const texts = createSentTexts()
    for (let number = 1; number <= MAX_SENT + 5; number += 1) texts.sent(text(number), AT)
    texts.heard(idOf(6), 'delivered', LATER)
    const ids = texts.list().map(({ id }) => id)
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([MAX_SENT, idOf(MAX_SENT + 5), idOf(6)])
  })
})

describe('a receipt of WhatsApp', () => {
  const from = '51912000111@s.whatsapp.net'
  it.each([
    ['of a phone that has the text', { id: 'A', from }, { ids: ['A'], state: 'delivered' }],
    ['of an owner who opened it', { id: 'A', from, type: 'read' }, { ids: ['A'], state: 'read' }],
    ['of an owner who listened to it', { id: 'A', from, type: 'played' }, { ids: ['A'], state: 'read' }],
    ['that asks for the text once more', { id: 'A', from, type: 'retry' }, null],
    ['of a kind that nobody knows', { id: 'A', from, type: 'toString' }, null],
    ["of the account's own other device", { id: 'A', from, recipient: '4930123456@s.whatsapp.net' }, null],
  ])('%s is read as that', (_which, attrs, told) => {
    expect(readReceipt({ attrs })).toEqual(told)
  })

  it('may be of several texts, and what else it holds is passed over', () => {
    const item = (id?: string) => ({ attrs: id === undefined ? {} : { id } })
    const content = [
      { attrs: {}, content: [item('B'), item(), item('C')] },
      { attrs: {}, content: 'no list' },
    ]
    expect(readReceipt({ attrs: { id: 'A', from, type: 'read' }, content })).toEqual({ ids: ['A', 'B', 'C'], state: 'read' })
    expect(readReceipt({ attrs: { from }, content: Buffer.from('x') })).toEqual({ ids: [], state: 'delivered' })
  })
})
