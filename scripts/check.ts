/**
 * Everything that can be said of the code without running it: `npm run check`. Each step is a command; all of them run, and
 * the first line of a failure names the step. Exits with 1 when any of them fails.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { denoBinary } from './stack/deno-binary.ts'
import { ROOT } from './stack/layout.ts'

type Step = { name: string; command: string; args: readonly string[] }

const node = process.execPath

/** The script behind a package's command, so that neither a shell nor `npx` stands in between. */
function bin(name: string, command = name): string {
  const folder = join(ROOT, 'node_modules', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> }
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command]
  if (!file) throw new Error(`the package ${name} has no command ${command}`)
  return join(folder, file)
}

const STEPS: readonly Step[] = [
  { name: 'format', command: node, args: [bin('oxfmt'), '--check'] },
  { name: 'lint and boundaries', command: node, args: [bin('oxlint'), '--type-aware', '--deny-warnings'] },
  { name: 'types (node)', command: node, args: [bin('typescript', 'tsc'), '-p', 'tsconfig.json'] },
  { name: 'types (web)', command: node, args: [bin('typescript', 'tsc'), '-p', 'tsconfig.web.json'] },
  {
    name: 'types (deno)',
    command: denoBinary(),
    args: ['check', '--no-remote', '--node-modules-dir=manual', 'supabase/functions/whatsapp-session/index.ts'],
  },
  { name: 'dead code', command: node, args: [bin('knip')] },
  { name: 'database types', command: node, args: ['scripts/gen-types.ts', '--check'] },
  { name: 'state diagram', command: node, args: ['scripts/gen-diagram.ts', '--check'] },
  { name: 'settings page', command: node, args: ['scripts/gen-settings.ts', '--check'] },
  { name: 'API documents', command: node, args: ['scripts/gen-api.ts', '--check'] },
  { name: 'lockfile, complete', command: node, args: ['scripts/complete-lockfile.ts', '--check'] },
  { name: 'lockfile, hashes', command: node, args: ['scripts/supply/main.ts', 'lockfile'] },
  { name: 'exact pins', command: node, args: ['scripts/supply/main.ts', 'pins'] },
  { name: 'install scripts', command: node, args: ['scripts/supply/main.ts', 'install-scripts'] },
  { name: 'install commands', command: node, args: ['scripts/supply/main.ts', 'install-commands'] },
  { name: 'the one Baileys', command: node, args: ['scripts/supply/main.ts', 'protocol'] },
  { name: 'licences', command: node, args: ['scripts/gen-licences.ts', '--check'] },
  { name: 'bundle budget', command: node, args: ['scripts/bundle-budget.ts'] },
]

/** Runs one step; resolves to whether it passed, its output and its time in milliseconds. */
function run(step: Step): Promise<{ passed: boolean; output: string; milliseconds: number }> {
  const begun = performance.now()
  return new Promise((resolve) => {
    const child = spawn(step.command, step.args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
    let output = ''
    const take = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => take(Buffer.from(error.message)))
    child.on('close', (code) => resolve({ passed: code === 0, output, milliseconds: performance.now() - begun }))
  })
}

const waiting = [...STEPS]
const failures: string[] = []

async function work(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const { passed, output, milliseconds } = await run(step)
    console.log(`${passed ? 'ok  ' : 'FAIL'} ${step.name.padEnd(20)} ${(milliseconds / 1000).toFixed(1)} s`)
    if (passed) continue
    failures.push(step.name)
    console.log(output.trimEnd())
  }
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
console.log(failures.length === 0 ? `${STEPS.length} checks passed` : `failed: ${failures.join(', ')}`)
process.exitCode = failures.length === 0 ? 0 : 1
