import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ERROR_STATUS, ErrorBody } from '#domain/errors.ts'
import { PortalRefusal } from '#domain/portal.ts'
import { hostileId } from '../support/hostile.ts'
import { rawRequest, sendRaw } from '../support/raw-request.ts'
import type { RawAnswer } from '../support/raw-request.ts'
import { json } from './support/recording-worker.ts'
import { aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

const SEED = 5
const RUNS = 150
/** All that is ever signed: the list, and for a session its id as the database has it and a route that is written down. */
const SIGNED = /^\/api\/sessions(?:\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/(?:status|qr|groups|contacts|outbox|start))?$/
const DECLARED = new Set<number>(Object.values(ERROR_STATUS))

let world: World
let id: string
beforeAll(async () => {
  world = await startWorld()
  id = await world.session()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
  world.worker.answer((_, response) => json(response, 200, aView(id)))
})
const bearer = () => `Authorization: Bearer ${world.admin.token}`

/** What is wrong with a refusal; `null`: nothing. What Deno's parser of HTTP refuses has no body. */
function wrongWith({ statuses: [status, ...more], text }: RawAnswer): string | null {
  if (more.length > 0) return 'more than one answer'
  if (status === 200) return null
  if (status === undefined || !DECLARED.has(status)) return [400, 414, 431].includes(status ?? 400) ? null : `it is a ${status}`
  const body = /\{.*\}/s.exec(text)?.[0]
  if (body === undefined) return status === 400 ? null : 'no body'
  const value: unknown = JSON.parse(body)
  return ErrorBody.safeParse(value).success || PortalRefusal.safeParse(value).success ? null : `not the shape of an error: ${body}`
}

describe('whatever stands in the place of a session', () => {
  const pattern = fc.constantFrom(
    '/whatsapp-session/X/status',
    '/whatsapp-session/X/qr',
    '/whatsapp-session/X',
    '/whatsapp-session/sessions/X/status',
    '/whatsapp-session/sessions/X/delete',
    '/whatsapp-session/groups?phone=X',
    '/whatsapp-session/contacts?session=X',
    '/whatsapp-session?organization=X',
    '/functions/v1/whatsapp-session/X/outbox',
    '/X/whatsapp-session/status',
  )
  const method = fc.constantFrom('GET', 'GET', 'POST', 'DELETE')
  const how = fc.constantFrom<(text: string) => string>(
    (text) => text,
    encodeURIComponent,
    (text) => encodeURIComponent(encodeURIComponent(text)),
  )

  it('is refused as declared, or means a session: no path but one that we write is ever signed', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, hostileId, how, method, async (form, text, encode, verb) => {
        // A request line ends at a space or a line, whatever the function does.
        const part = encode(text.toWellFormed())
          .replaceAll(/[\s\p{Cc}]/gu, '_')
          .slice(0, 6000)
        const target = form.replace('X', () => part)
        world.worker.calls.length = 0
        const answer = await sendRaw(world.edge.url, rawRequest(verb, Buffer.from(target).toString('latin1'), [bearer()]))
        const signed = world.worker.calls.map(({ path }) => path)
        expect([target, wrongWith(answer), signed.filter((path) => !SIGNED.test(path))]).toEqual([target, null, []])
      }),
      { seed: SEED, numRuns: RUNS },
    )
  }, 120_000)
})

describe('a body', () => {
  const send = async (bytes: Buffer): Promise<RawAnswer> =>
    sendRaw(
      world.edge.url,
      Buffer.concat([
        Buffer.from(rawRequest('POST', `/whatsapp-session/${id}/messages`, [bearer(), `Content-Length: ${bytes.length}`])),
        bytes,
      ]),
    )
  const to = '"to":"+51912000111"'
  it.each<[string, string]>([
    ['objects in objects', '{"a":'.repeat(9000) + '1' + '}'.repeat(9000)],
    ['lists in lists', '['.repeat(60_000)],
    ['a number for a text', `{${to},"text":1e999}`],
    ['a list for an object', `[{${to},"text":"x"}]`],
    ['a prototype', `{"__proto__":{"to":"+51912000111","text":"x"}}`],
    ['a constructor', `{"constructor":{"prototype":{"text":"x"}},${to}}`],
    ['a key given twice, of which the last counts', `{${to},"text":"x","text":5}`],
    ['digits that only look like digits', `{"to":"\uff0b\uff15\uff11\uff19\uff11\uff12","text":"x"}`],
  ])('with %s is refused as input, and nobody is asked', async (_name, body) => {
    const { statuses, text } = await send(Buffer.from(body))
    expect([statuses, /"code":"([a-z_]+)"/.exec(text)?.[1]]).toEqual([[400], 'invalid_input'])
    expect(world.worker.calls).toEqual([])
  })

  it('in bytes that are no UTF-8 goes on as what a reader makes of it, signed as that', async () => {
    const broken = Buffer.concat([Buffer.from(`{${to},"text":"`), Buffer.from([0xc0, 0xae, 0xff]), Buffer.from('"}')])
    await send(broken)
    expect(world.worker.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ to: '+51912000111', text: '\ufffd\ufffd\ufffd' }])
  })

  it('and a path leave no control character in the output of the function, where each line is one', () => {
    const lines = stripVTControlCharacters(world.edge.output()).split('\n')
    expect(lines.filter((line) => /\p{Cc}|etc\/passwd/u.test(line))).toEqual([])
  })
})
