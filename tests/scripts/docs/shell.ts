import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A shell that stays open over the blocks of a page, as a reader's does: a variable that one block sets is there in the next. */
export type Shell = {
  /** Runs a block; resolves to all that it printed. @throws when one of its commands fails, or when it takes too long. */
  run(commands: string): Promise<string>
  close(): Promise<void>
}

/** How long a block may take, milliseconds. It is a bound for what hangs, not a measure. */
const PATIENCE_MS = 120_000

/** Opens a POSIX shell. A command that fails, and a variable that nobody set, end it. */
export function openShell(cwd: string, env: Record<string, string>): Shell {
  const child = spawn('sh', ['-eu'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  // Written to after a command ended it: said below.
  child.stdin.on('error', () => {})
  // One stream, so that what is printed stands in the order in which it was.
  child.stdin.write('exec 2>&1\n')
  let ended = false
  const closed = once(child, 'close').then(() => (ended = true))
  return {
    async run(commands) {
      output = ''
      const id = randomUUID()
      const [file, said] = [join(tmpdir(), `latchkey-docs-${id}.sh`), `done ${id}\n`]
      await writeFile(file, commands)
      try {
        // From a file, so that no command takes the next one for its input.
        child.stdin.write(`. '${file}' </dev/null\nprintf '\\n%s\\n' '${said.trim()}'\n`)
        const until = Date.now() + PATIENCE_MS
        while (!output.endsWith(said)) {
          if (ended) throw new Error(`a command failed:\n${commands}\n${output}`)
          if (Date.now() > until) throw new Error(`a command does not end:\n${commands}\n${output}`)
          await sleep(10)
        }
        return output.slice(0, -said.length)
      } finally {
        await rm(file, { force: true })
      }
    },
    async close() {
      child.stdin.end()
      const isClosed = await Promise.race([closed.then(() => true), sleep(2000, false, { ref: false })])
      if (!isClosed) child.kill('SIGKILL')
      await closed
    },
  }
}
