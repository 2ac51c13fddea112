import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '../../scripts/node.mjs')
const PACKAGE = `node-${process.platform}-${process.arch}`

/** A project of its own with the launcher, one script, and the package of Node for this platform unless told otherwise. */
function projectWith(script: string, { version = process.versions.node, isInstalled = true } = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-node-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['scripts', 'node_modules/.bin', `node_modules/${PACKAGE}/bin`]) mkdirSync(join(root, folder), { recursive: true })
  cpSync(LAUNCHER, join(root, 'scripts/node.mjs'))
  writeFileSync(join(root, '.node-version'), `${version}\n`)
  writeFileSync(join(root, 'script.mjs'), script)
  if (isInstalled) symlinkSync(process.execPath, join(root, 'node_modules', PACKAGE, 'bin/node'))
  return root
}

/** Runs the launcher of a project; `onOutput` gets the process and what it printed so far. */
async function launch(root: string, args: string[] = [], onOutput: (pid: number, output: string) => void = () => {}) {
  const child = spawn(process.execPath, ['scripts/node.mjs', 'script.mjs', ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: Buffer) => {
    output += chunk.toString()
    onOutput(child.pid ?? 0, output)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

describe('the Node that runs our scripts', { timeout: 60_000 }, () => {
  it('is the one that npm installed by its hash, for the script, for what it starts, and for a shell', async () => {
    const root = projectWith("console.log(JSON.stringify([process.argv.slice(2), process.env.PATH.split(':')[0]])); process.exitCode = 7")
    const { code, output } = await launch(root, ['--one', 'two words'])
    expect(code).toBe(7)
    expect(JSON.parse(output)).toEqual([['--one', 'two words'], join(root, 'node_modules', PACKAGE, 'bin')])
    expect(readlinkSync(join(root, 'node_modules/.bin/node'))).toBe(`../${PACKAGE}/bin/node`)
  })

  it('is the one at hand where npm has none, if it is of the same major version', async () => {
    const { code, output } = await launch(projectWith('console.log(process.execPath)', { isInstalled: false }))
    expect([code, output.trim()]).toEqual([0, process.execPath])
  })

  it('is asked for in words where there is neither', async () => {
    const { code, output } = await launch(projectWith('console.log("ran")', { isInstalled: false, version: '99.1.0' }))
    expect(code).toBe(1)
    expect(output).toContain('Latchkey runs on Node 99.1.0.')
    expect(output).not.toContain('ran')
  })

  it('hears of a signal, and is waited for', async () => {
    const root = projectWith(
      "setInterval(() => {}, 1000); process.on('SIGTERM', () => { console.log('ending'); process.exit(5) }); console.log('up')",
    )
    let isAsked = false
    const { code, output } = await launch(root, [], (pid, soFar) => {
      if (isAsked || !soFar.includes('up')) return
      isAsked = true
      process.kill(pid, 'SIGTERM')
    })
    expect([code, output]).toEqual([5, 'up\nending\n'])
  })
})
