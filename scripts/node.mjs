/**
 * Runs a script of this project on the Node that package.json chose: `node scripts/node.mjs <file> [arguments]`, on any Node from 20 on.
 * That Node comes in a package of its own for each platform, checked by its hash in the lockfile like every other one; the well-known
 * package `node` would fetch it by a script while it is installed, past the lockfile. Plain JavaScript, since an older Node reads this.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = fileURLToPath(new URL('../node_modules', import.meta.url))
const wanted = readFileSync(new URL('../.node-version', import.meta.url), 'utf8').trim()

/** The binary that npm installed for this platform; the running Node where there is none and it is of the same major version. */
function binary() {
  const windows = process.platform === 'win32'
  const names = ['node', 'node-bin'].map((prefix) => `${prefix}-${windows ? 'win' : process.platform}-${process.arch}`)
  const found = names.map((name) => join(modules, name, 'bin', windows ? 'node.exe' : 'node')).find((file) => existsSync(file))
  if (found) return found
  if (process.versions.node.split('.')[0] === wanted.split('.')[0]) return process.execPath
  console.error(
    `Latchkey runs on Node ${wanted}. npm has no package of it for ${process.platform} on ${process.arch}: install it, then try again.`,
  )
  process.exit(1)
}

/** Lets a shell, and `npx`, find the same Node where they look for the other commands. */
function linkCommand(file) {
  try {
    if (process.platform !== 'win32') symlinkSync(relative(join(modules, '.bin'), file), join(modules, '.bin', 'node'))
  } catch {
    // It stands there already, or the folder is not ours to write in: a convenience only.
  }
}

const node = binary()
if (node !== process.execPath) linkCommand(node)
const child = spawn(node, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` },
})
// This process ends when the child does, never before. A terminal's Ctrl-C reaches both by itself, and comes here from elsewhere: passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)))
