import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import * as z from 'zod'

const Answer = z.object({ open: z.int() })

export type StockProcess = { pid: number; open(folders: readonly string[]): Promise<number>; stop(): Promise<void> }

/** Starts stock Baileys as a process of its own, without a socket yet. It ends with this process whatever happens. */
export async function startStock(url: string, folder: string): Promise<StockProcess> {
  const child = fork(join(import.meta.dirname, 'stock.ts'), [url, folder], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const answer = async (): Promise<number> => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('stock Baileys ended')))
    const said = once(child, 'message').then(([message]: unknown[]) => Answer.parse(message).open)
    return await Promise.race([said, ended])
  }
  await answer()
  const { pid } = child
  if (pid === undefined) throw new Error('stock Baileys did not start')
  return {
    pid,
    /** Opens sockets, and resolves with how many are logged in. */
    async open(folders) {
      const answered = answer()
      child.send({ folders })
      return await answered
    },
    async stop() {
      process.off('exit', kill)
      const exited = once(child, 'exit')
      kill()
      await exited
    },
  }
}
