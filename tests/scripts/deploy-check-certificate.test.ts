import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../scripts/stack/layout.ts'
import { filled } from './deploy/filled.ts'

/** Bounds what hangs. */
const RUN_MS = 120_000
let folder: string
let server: Server
let isMetricsOpen = false
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-certificate-'))
  const [key, certificate] = ['key', 'certificate'].map((name) => join(folder, name))
  const asked = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '5',
    '-subj',
    '/CN=localhost',
  ]
  execFileSync('openssl', [...asked, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key ?? '', '-out', certificate ?? ''], {
    stdio: 'ignore',
  })
  server = createServer({ key: readFileSync(key ?? ''), cert: readFileSync(certificate ?? '') }, (request, response) => {
    const isThere = request.url !== '/metrics' || isMetricsOpen
    response.writeHead(isThere ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await writeFile(join(folder, 'settings'), filled({ WORKER_PUBLIC_URL: `https://localhost:${(server.address() as AddressInfo).port}` }))
}, RUN_MS)
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true, force: true })
})

/** What is said of a worker behind that certificate by a machine that trusts it, or does not. */
function askWorker(isTrusted: boolean): Promise<string> {
  const args = [join(ROOT, 'scripts/deploy-check.ts'), '--only', 'online: worker', '--online', '--env', join(folder, 'settings')]
  const env = { PATH: process.env['PATH'], ...(isTrusted && { NODE_EXTRA_CA_CERTS: join(folder, 'certificate') }) }
  return new Promise((resolve) => execFile(process.execPath, args, { env }, (_error, stdout) => resolve(stdout)))
}

it('a certificate that nobody trusts is no answer', { timeout: RUN_MS }, async () => {
  expect(await askWorker(false)).toMatch(/FAILED +online: worker +WORKER_PUBLIC_URL: .* does not answer: DEPTH_ZERO_SELF_SIGNED_CERT/)
})

it(
  'one that is about to end is told, with the days that are left, and so are metrics that everybody can read',
  { timeout: RUN_MS },
  async () => {
    isMetricsOpen = true
    const said = await askWorker(true)
    expect(said).toMatch(/FAILED +online: worker +WORKER_PUBLIC_URL: its certificate ends in 4 days/)
    expect(said).toContain('WORKER_PUBLIC_URL: /metrics is open to everybody')
  },
)
