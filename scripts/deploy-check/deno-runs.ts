import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { SETTING_NAMES } from '../../supabase/functions/whatsapp-session/settings.ts'
import { newCommandKey } from '../stack/command-key.ts'
import { denoBinary } from '../stack/deno-binary.ts'
import { freePorts } from '../stack/ports.ts'

/** Bounds what hangs. */
const RUN_MS = 300_000
const OFFLINE = ['--no-remote', '--no-lock']
const WITH_PACKAGES = '--node-modules-dir=manual'
const QUIET = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }

/** Runs the real Deno in `folder`, without the network for its modules; `text` is what it said, errors first. */
export function runDeno([command = '', ...args]: readonly string[], folder: string): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve) => {
    const env = { ...QUIET, HOME: folder, PATH: process.env['PATH'] }
    const options = { cwd: folder, env, timeout: RUN_MS, maxBuffer: 67_108_864 }
    const packages = args.some((arg) => arg.startsWith('--node-modules-dir')) ? [] : [WITH_PACKAGES]
    execFile(denoBinary(), [command, '--quiet', ...OFFLINE, ...packages, ...args], options, (error, stdout, stderr) =>
      resolve({ ok: error === null, text: error ? firstLines(`${stderr}${stdout}`) : stdout }),
    )
  })
}

/**
 * Starts the deployed function with the right to its declared settings and to nothing on the disk, and asks it something. An environment
 * of made-up values will do: it answers a call without a token by itself.
 */
export async function startsAndAnswers(folder: string, entry: string, config: string): Promise<string[]> {
  const { port } = await freePorts(['port'])
  const { private: key } = await newCommandKey()
  const settings: Record<string, string> = {
    SUPABASE_URL: 'http://127.0.0.1:9',
    SUPABASE_ANON_KEY: 'sb_publishable_of_no_project',
    WORKER_URL: 'http://127.0.0.1:9',
    WORKER_ID: 'worker-1',
    COMMAND_PRIVATE_KEY: JSON.stringify(key),
  }
  const rights = ['--no-prompt', `--allow-env=${SETTING_NAMES.join(',')}`, `--allow-net=127.0.0.1:${port}`]
  const child = spawn(denoBinary(), ['run', '--quiet', ...OFFLINE, WITH_PACKAGES, '--config', config, ...rights, entry], {
    cwd: folder,
    env: { ...QUIET, ...settings, HOME: folder, PATH: process.env['PATH'], DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit')
  try {
    const status = await Promise.race([firstAnswer(`http://127.0.0.1:${port}/whatsapp-session`), ended.then(() => null)])
    if (status === null) return [`it does not start from what is deployed: ${firstLines(said)}`]
    return status === 401 ? [] : [`it answers a call without a token with ${status}, not with 401`]
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

/** The status of the first answer, however long the start takes. */
async function firstAnswer(url: string): Promise<number> {
  const until = Date.now() + RUN_MS
  for (;;) {
    try {
      return (await fetch(url)).status
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function firstLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 6)
    .join(' | ')
}
