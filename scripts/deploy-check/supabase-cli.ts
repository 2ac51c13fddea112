import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ROOT } from '../stack/layout.ts'

/** What a run of the CLI ended with; `text` is all that it said. */
export type CliAnswer = { ok: boolean; text: string }
/** Runs the Supabase CLI with these arguments, for the project in `workdir`. */
export type SupabaseCli = { version: string; run(args: readonly string[], workdir: string): Promise<CliAnswer> }

/** Bounds what hangs. */
const RUN_MS = 300_000

/**
 * The Supabase CLI that npm installed, called directly. It gets a home of its own, so that it neither finds an account of the person who
 * checks nor leaves anything behind, and no word of its environment but where programs are.
 * `null`: there is none for this platform.
 */
export async function findSupabaseCli(home: string, environment: Record<string, string> = {}): Promise<SupabaseCli | null> {
  const file = binary()
  if (file === null) return null
  const env = { PATH: process.env['PATH'], HOME: home, DO_NOT_TRACK: '1', SUPABASE_NO_KEYRING: '1', NO_COLOR: '1', ...environment }
  const run = (args: readonly string[], workdir: string) =>
    new Promise<CliAnswer>((resolve) => {
      const all = [...args, '--workdir', workdir, '--agent', 'no', '--yes']
      const child = execFile(file, all, { env, cwd: home, timeout: RUN_MS, maxBuffer: 16_777_216 }, (error, stdout, stderr) =>
        resolve({ ok: error === null, text: `${stderr}${stdout}`.trim() }),
      )
      child.stdin?.end()
    })
  const version = await run(['--version'], ROOT)
  return version.ok ? { version: version.text, run } : null
}

function binary(): string | null {
  const require = createRequire(join(ROOT, 'package.json'))
  for (const libc of ['', '-musl']) {
    try {
      const folder = dirname(require.resolve(`@supabase/cli-${platform()}-${process.arch}${libc}/package.json`))
      const file = join(folder, 'bin', process.platform === 'win32' ? 'supabase.exe' : 'supabase')
      if (existsSync(file)) return file
    } catch {
      // Of the packages for all platforms npm installs the one that fits.
    }
  }
  return null
}

function platform(): string {
  return process.platform === 'win32' ? 'windows' : process.platform
}
