import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { createLog, reasonOf } from '../../worker/log.ts'
import type { Log } from '../../worker/log.ts'
import { quietLogger, silenceConsole } from '../../worker/whatsapp/logger.ts'
import { createByteSearch } from './kill/byte-search.ts'
import type { Hit, Secret } from './kill/byte-search.ts'
import '../support/fixed-chance.ts'

const aside = mkdtempSync(join(tmpdir(), 'latchkey-log-'))
afterAll(() => rmSync(aside, { recursive: true, force: true }))

/** What `work` makes the log write, at its loudest. */
function written(work: (log: Log) => void): string {
  let text = ''
  work(createLog('trace', 'test', { write: (line: string) => void (text += line) }))
  return text
}

const SECRET_NAMES =
  `qr code pairingCode pairing_code creds credentials key keys privKey private noiseKey advSecretKey token accessToken refresh_token
  authorization Authorization apikey SUPABASE_SERVICE_ROLE_KEY MASTER_KEYS password secret set-cookie jwt rootKey ephemeralKeyPair`.split(
    /\s+/,
  )

describe('the log', () => {
  it('hides whatever has the name of a secret, at any depth (LOG-1)', () => {
    const text = written((log) => {
      for (const name of SECRET_NAMES) {
        log.info({ [name]: 'S3CRET', a: { [name]: { b: 'S3CRET' }, list: [{ [name]: ['S3CRET'] }] } }, 'said')
        log.child({ [name]: 'S3CRET' }).info({}, 'said')
      }
      log.info({ a: { b: { c: { d: { e: 'S3CRET' } } } }, bytes: Buffer.from('S3CRET'), session: { id: 'shown' } }, 'said')
    })
    expect(text).toContain('shown')
    expect(text.match(/said/g)).toHaveLength(2 * SECRET_NAMES.length + 1)
    expect(text).not.toMatch(/S3CRET|83,51|53334352|533343/)
  })

  it('hides what looks like a secret in the middle of a sentence (LOG-1)', () => {
    const key = randomBytes(32)
    const secrets = [
      ...(['base64', 'base64url', 'hex'] as const).map((form) => key.toString(form)),
      [...key].join(','),
      key.toString('hex').replace(/../g, '$& ').trim(),
      `2@${randomBytes(48).toString('base64')}`,
      `sb_secret_${'a1b2'.repeat(5)}`,
      `eyJhbGciOiJIUzI1NiJ9.${randomBytes(12).toString('base64url')}.c2ln`,
    ]
    const said = [...secrets.slice(0, 4), `<Buffer ${secrets[4]}>`, ...secrets.slice(5)]
    const text = written((log) => {
      for (const secret of said) log.warn({ error: new Error(`cannot use ${secret} here`), list: [secret] }, `words ${secret} words`)
    })
    expect(text.match(/cannot use \[secret\] here/g)).toHaveLength(secrets.length)
    expect(text.match(/words \[secret\] words/g)).toHaveLength(secrets.length)
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it('keeps what people look for: ids, states, paths, numbers', () => {
    const id = '0b54c1f2-8a3e-4f0e-9a54-3f2b1c9d8e7a'
    const fields = {
      session: id,
      path: `/data/sessions/.new-names-${id}`,
      generation: 3,
      ok: true,
      none: null,
      cause: 'Stream Errored (conflict)',
    }
    expect(JSON.parse(written((log) => log.info(fields, 'kept')))).toMatchObject({ ...fields, msg: 'kept', worker: 'test' })
  })

  it('writes one bounded line of JSON for an entry, whatever somebody sends to be logged', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      // Long names, and half characters, which JSON writes with six.
      fc.dictionary(
        fc.constantFrom('n', 'm', 'o').map((name) => name.repeat(500)),
        fc.constant('\uD800'.repeat(600)),
      ),
      fc.constantFrom('\n{"level":60,"msg":"forged"}', '\u001B]0;owned\u0007', '\r\n', '\u2028', '\u202E', '%s%o%j', 'x'.repeat(1_000_000)),
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, withObjectString: true, maxDepth: 5 }),
    )
    fc.assert(
      fc.property(hostile, hostile, (value, message) => {
        const text = written((log) => log.error({ value, list: Array.from({ length: 50 }, () => value) }, message as string))
        expect(text.split('\n')).toHaveLength(2)
        expect(text.length).toBeLessThan(16_000)
        expect(text).not.toMatch(/[^\n\P{Cc}]/u)
        expect(JSON.parse(text)).toMatchObject({ level: 50 })
      }),
      { numRuns: 300 },
    )
  })

  it('is bounded by what JSON makes of an entry: by its names, too, and by half characters, which it writes with six', () => {
    const names = Array.from({ length: 30 }, (_, index) => `${index} ${'long name '.repeat(60)}`)
    const wide = (inner: unknown): unknown => Object.fromEntries(names.map((name) => [name, inner]))
    for (const value of [wide(wide(wide(1))), wide('\uD800'.repeat(600)), [wide([wide('"'.repeat(600))])], wide(names)]) {
      expect(written((log) => log.error({ value }, '\uD800'.repeat(600))).length).toBeLessThan(16_000)
    }
  })

  it('never quotes what a parser could not read', () => {
    const thrownBy = (work: () => unknown): unknown => {
      try {
        return work()
      } catch (error) {
        return error
      }
    }
    const notJson = ['S3CRET', '{"text":"S3CRET'].map((text) => thrownBy(() => JSON.parse(text)))
    expect(notJson.map(reasonOf)).toEqual(['cannot be parsed', 'cannot be parsed'])
    const strange = [z.strictObject({}), z.record(z.string(), z.number())].map((shape) => thrownBy(() => shape.parse({ S3CRET: 'S3CRET' })))
    expect(strange.map(reasonOf)).toEqual(strange.map(() => 'is not of the shape that it should have'))
  })
})

describe('what libraries say', () => {
  it('is counted by the place in their source, at the first, tenth and hundredth time, and never passed on (LOG-1)', () => {
    const text = written((log) => {
      const before = { ...console }
      silenceConsole(log)
      const { console: terminal } = globalThis
      for (let times = 0; times < 150; times += 1) terminal.info('S3CRET', { S3CRET: 'S3CRET' })
      for (const name of ['table', 'dir', 'trace', 'group', 'error'] as const) terminal[name]('S3CRET')
      Object.assign(console, before)
      const baileys = quietLogger(log)
      baileys.warn({ S3CRET: 1 }, 'S3CRET')
      baileys.child().error('S3CRET')
      baileys.info('S3CRET')
    })
    const lines = text.trim().split('\n')
    expect(lines.filter((line) => line.includes('console.info'))).toHaveLength(3)
    expect(lines).toHaveLength(3 + 5 + 2)
    expect(text).not.toContain('S3CRET')
  })

  it('shows none of the private keys that the real libsignal prints, which it does print (LOG-1)', async () => {
    const run = async (how: 'quiet' | 'loud'): Promise<{ output: string; hits: Hit[] }> => {
      const file = join(aside, how)
      const script = join(import.meta.dirname, 'support/noisy-libsignal.ts')
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, file, how], { maxBuffer: 1 << 24 })
      const keys = z.array(z.base64()).parse(JSON.parse(readFileSync(file, 'utf8')))
      const secrets = keys.map((key, at): Secret => ({ identity: String(at), kind: 'private', bytes: Buffer.from(key, 'base64') }))
      const search = createByteSearch(secrets)
      search.scan('output', Buffer.from(stdout + stderr))
      return { output: stdout + stderr, hits: search.hits() }
    }
    const [loud, quiet] = [await run('loud'), await run('quiet')]
    for (const words of ['Closing session:', 'Session already closed', 'Failed to decrypt message', 'Session error:']) {
      expect(loud.output).toContain(words)
    }
    expect(loud.hits).not.toEqual([])
    expect(quiet.hits).toEqual([])
    for (const file of ['session_record.js', 'session_cipher.js']) expect(quiet.output).toContain(`"place":"libsignal/src/${file}:`)
    expect(quiet.output).not.toMatch(/Closing|Session|decrypt|Buffer/)
  })
})
