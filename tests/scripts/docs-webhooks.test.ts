import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DELIVERIES_OF_ONE_WEBHOOK,
  DELIVERY_DAYS,
  SECRET_OVERLAP_HOURS,
  WEBHOOK_DATA,
  WEBHOOK_EVENTS,
  WEBHOOK_RETRY_SECONDS,
  WebhookPayload,
} from '#domain/webhook.ts'
import { freePorts } from '../../scripts/stack/ports.ts'
import { signedHeaders } from '../../worker/webhooks/sign.ts'
import { fencesOf, readPage } from '../support/markdown.ts'
import { eventually } from '../worker/support/eventually.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readPage('docs/reference/webhooks.md')
const FENCES = fencesOf(PAGE)
/** As the page writes pauses. */
const inWords = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`

describe('the page about webhooks', () => {
  it('shows every event once, under its name, and each example is whole and holds nothing that is not described', () => {
    const examples = FENCES.filter(({ language }) => language === 'json').map(({ body }) => WebhookPayload.parse(JSON.parse(body)))
    expect(examples.map(({ type }) => type).toSorted()).toEqual(WEBHOOK_EVENTS.toSorted())
    for (const { type, data } of examples) {
      expect(PAGE).toContain(`### \`${type}\``)
      expect(z.strictObject(WEBHOOK_DATA[type].shape).parse(data)).toEqual(data)
    }
  })

  it('says the pauses, the days and the numbers that are true', () => {
    expect(PAGE).toContain(`after ${WEBHOOK_RETRY_SECONDS.map(inWords).join(', ')}, each`)
    expect(PAGE).toContain(`kept for ${DELIVERY_DAYS} days, and the newest ${DELIVERIES_OF_ONE_WEBHOOK.toLocaleString('en')} of each`)
    expect([SECRET_OVERLAP_HOURS.max / 24, PAGE.includes(`For ${SECRET_OVERLAP_HOURS.default} hours (or`)]).toEqual([7, true])
  })
})

describe('the receiver that the page shows', () => {
  const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-receiver-'))
  let url: string
  let stop: () => Promise<unknown>
  let output = ''
  beforeAll(async () => {
    const { port } = await freePorts(['port'])
    const shown = FENCES.find(({ language }) => language === 'ts')
    writeFileSync(join(folder, 'receiver.mjs'), shown?.body ?? '')
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const child = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env: { PORT: String(port), WEBHOOK_SECRET: secret } })
    child.stdout.on('data', (text: Buffer) => (output += text.toString()))
    child.stderr.on('data', (text: Buffer) => (output += text.toString()))
    const ended = once(child, 'exit')
    stop = () => (child.kill(), ended)
    url = `http://127.0.0.1:${port}/`
    await eventually(() => fetch(url))
  })
  afterAll(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const body = JSON.stringify({ type: 'session.connected', timestamp: new Date().toISOString(), data: { sessionId: 'one' } })
  const send = async (headers: Record<string, string>, text = body) => (await fetch(url, { method: 'POST', headers, body: text })).status
  const signed = (id: string, now = Date.now()) => signedHeaders({ id, body, secrets: [secret] }, now)

  it('takes what is signed, and does the same event once', async () => {
    expect([await send(signed('first')), await send(signed('first')), await send(signed('second'))]).toEqual([204, 204, 204])
    await eventually(() => expect(output).toBe('session.connected one\nsession.connected one\n'))
  })

  it('refuses what is not signed, not by us, not as it is now, or long ago', async () => {
    const forged = signedHeaders({ id: 'third', body, secrets: ['whsec_c3RyYW5nZXI='] }, Date.now())
    const old = signed('third', Date.now() - 10 * 60_000)
    const answers = [await send({}), await send(forged), await send(signed('third'), body.replace('one', 'two')), await send(old)]
    expect(answers).toEqual([401, 401, 401, 401])
  })
})
