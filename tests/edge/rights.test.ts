import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { edgeFunctionCommand } from '../../scripts/stack/edge-function.ts'

const run = promisify(execFile)
const OPTIONS = {
  port: 1,
  supabaseUrl: 'http://127.0.0.1:2',
  anonKey: 'k',
  workerUrl: 'http://127.0.0.1:3',
  workerId: 'w',
  commandKey: '{}',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-rights-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs `code` on Deno with exactly the rights that the function gets. */
async function withRightsOfTheFunction(code: string): Promise<string> {
  const { command, args, env } = edgeFunctionCommand(OPTIONS)
  const probe = join(folder, 'probe.ts')
  await writeFile(probe, code)
  const { stdout } = await run(command, [...args.slice(0, -1), probe], { env: { ...process.env, ...env, HOME_OF_SOMEBODY: 'x' } })
  return stdout.trim()
}

it('has the rights to its own settings and three addresses, and no others', async () => {
  const answer = await withRightsOfTheFunction(`
    const asked = {
      read: { name: 'read' }, readOwn: { name: 'read', path: '${folder}' }, write: { name: 'write' }, run: { name: 'run' }, ffi: { name: 'ffi' },
      sys: { name: 'sys' }, env: { name: 'env' }, net: { name: 'net' }, elsewhere: { name: 'net', host: 'example.com' },
      otherEnv: { name: 'env', variable: 'HOME_OF_SOMEBODY' }, serviceKey: { name: 'env', variable: 'SUPABASE_SERVICE_ROLE_KEY' },
      database: { name: 'net', host: '127.0.0.1:2' }, worker: { name: 'net', host: '127.0.0.1:3' }, ownEnv: { name: 'env', variable: 'SUPABASE_URL' },
    }
    const granted = []
    for (const [label, descriptor] of Object.entries(asked)) if ((await Deno.permissions.query(descriptor)).state === 'granted') granted.push(label)
    console.log(JSON.stringify(granted))`)
  expect(JSON.parse(answer)).toEqual(['database', 'worker', 'ownEnv'])
})

it.each([
  ['reads no file', `await Deno.readTextFile('/etc/hostname')`],
  ['writes no file', `await Deno.writeTextFile('${join(tmpdir(), 'never')}', '')`],
  ['runs no program', `new Deno.Command('true').spawn()`],
  ['calls no other address', `await fetch('http://127.0.0.1:4/')`],
  ['reads no other setting', `Deno.env.get('HOME_OF_SOMEBODY')`],
])('%s', async (_, code) => {
  expect(await withRightsOfTheFunction(`try { ${code}; console.log('did') } catch (error) { console.log(error.name) }`)).toBe('NotCapable')
})

it.each([
  ['WORKER_URL', { workerUrl: 'http://127.0.0.1:3', WORKER_URL: '' }],
  ['COMMAND_PRIVATE_KEY', { COMMAND_PRIVATE_KEY: '{"kty":"oct","k":"a secret"}' }],
])('does not start without a good %s, and tells no value', async (name, changed) => {
  const { command, args, env } = edgeFunctionCommand(OPTIONS)
  const failed = await run(command, args, { env: { ...process.env, ...env, ...(changed as Record<string, string>) } }).catch(
    (error: unknown) => error,
  )
  const { stderr } = failed as { stderr: string }
  expect(stderr).toContain(name)
  expect(stderr).not.toContain('a secret')
})
