import * as fc from 'fast-check'
import { createParser } from 'eventsource-parser'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '#domain/errors.ts'
import { decodeLinkEvent, encodeLinkEvent, LINK_STEPS, type LinkEvent } from '#domain/link.ts'
import { STATUS_REASONS } from '#domain/reasons.ts'
import { SESSION_STATES } from '#domain/session.ts'
import '../support/fixed-chance.ts'

const text = fc.string({ unit: 'binary' })
const anyEvent: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.record({ type: fc.constant('qr' as const), qr: text, expiresAt: text, number: fc.integer() }),
  fc.record({ type: fc.constant('pairing_code' as const), code: text, phoneNumber: text, expiresAt: text }),
  fc.record({
    type: fc.constant('status' as const),
    step: fc.constantFrom(...LINK_STEPS),
    status: fc.constantFrom(...SESSION_STATES),
    reason: fc.option(fc.constantFrom(...STATUS_REASONS)),
    phoneNumber: fc.option(text),
  }),
  fc.record({ type: fc.constant('error' as const), code: fc.constantFrom(...ERROR_CODES), message: text }),
  fc.constant({ type: 'retry' as const }),
)

/** What a real parser of server-sent events makes of the bytes, cut into pieces as a network would. */
function read(wire: string, size: number): (LinkEvent | null)[] {
  const events: (LinkEvent | null)[] = []
  const parser = createParser({ onEvent: ({ event, data }) => events.push(decodeLinkEvent(event, data)) })
  for (let at = 0; at < wire.length; at += size) parser.feed(wire.slice(at, at + size))
  return events
}

describe('a link event', () => {
  it('comes out of the stream as it went in, also with line breaks in it and in pieces', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), fc.integer({ min: 1, max: 64 }), (events, size) => {
        expect(read(events.map(encodeLinkEvent).join(''), size)).toEqual(events)
      }),
    )
  })

  it.each([
    ['an unknown name', 'surprise', '{}'],
    ['no name', undefined, '{"qr":"x","expiresAt":"y","number":1}'],
    ['a missing field', 'qr', '{"qr":"x"}'],
    ['a wrong state', 'status', '{"step":"scan","status":"asleep","reason":null,"phoneNumber":null}'],
    ['text that is no JSON', 'qr', '{"qr":'],
    ['JSON that is no object', 'qr', 'null'],
    ['nothing', 'retry', ''],
  ])('is null for %s', (_, name, data) => {
    expect(decodeLinkEvent(name, data)).toBeNull()
  })

  it('cannot change its type from within its data', () => {
    expect(decodeLinkEvent('retry', '{"type":"qr","qr":"x","expiresAt":"y","number":1}')).toEqual({ type: 'retry' })
  })
})
