import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CommandPrivateKey, CommandPublicKeys } from '#domain/command-key.ts'
import { ROOT } from '../../scripts/stack/layout.ts'

const run = promisify(execFile)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-keys-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the command in an empty folder; the lines are read as a deployment reads them. */
async function commandKeys(...args: string[]) {
  const { stdout, stderr } = await run(process.execPath, [join(ROOT, 'scripts/command-keys.ts'), ...args], { cwd: folder })
  const lines = parseEnv(stdout)
  return {
    stderr,
    line: lines['COMMAND_PUBLIC_KEYS'] ?? '',
    secret: CommandPrivateKey.parse(JSON.parse(lines['COMMAND_PRIVATE_KEY'] ?? '')),
    keys: CommandPublicKeys.parse(JSON.parse(lines['COMMAND_PUBLIC_KEYS'] ?? '')).keys,
  }
}

it('prints a pair of lines, named by its thumbprint, and keeps the private key nowhere', async () => {
  const { secret, keys, stderr } = await commandKeys()
  expect(keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: secret.x, kid: secret.kid }])
  expect(secret.kid).toBe(await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: secret.x }))
  expect(await readdir(folder)).toEqual([])
  expect(stderr).not.toContain(secret.d)
})

it('adds a new key to the ones that a worker knows, and says how to go on', async () => {
  const old = await commandKeys()
  const { secret, keys, stderr } = await commandKeys('--add', old.line)
  expect(keys.map(({ kid }) => kid)).toEqual([old.secret.kid, secret.kid])
  expect(secret.d).not.toBe(old.secret.d)
  expect(stderr).toContain('1. Give the worker its line')
})

it.each([
  ['{', '--add: not JSON'],
  ['[]', '--add: : '],
  ['{"keys":[{"kty":"RSA"}]}', '--add: keys.0.kty: '],
])('refuses to add to %s', async (set, says) => {
  const failed = await commandKeys('--add', set).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(says) as string })
})

it('refuses to add to a private key that was pasted, by name and without showing it', async () => {
  const { secret } = await commandKeys()
  const failed = await commandKeys('--add', JSON.stringify({ keys: [secret] })).catch((error: unknown) => error)
  const { stderr } = failed as { stderr: string }
  expect(stderr).toContain('keys.0.d: a private key does not belong here and has leaked')
  expect(stderr).not.toContain(secret.d)
})
