import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { edgeFunctionCommand, type EdgeFunctionOptions } from '../../../scripts/stack/edge-function.ts'
import { freePort } from '../../support/database.ts'
import { WORKER_ID } from './recording-worker.ts'

export type Answered = { status: number; headers: Headers; body: unknown }
export type Edge = {
  url: string
  /** Calls a route as the holder of `token`. */
  call(method: string, path: string, token?: string | null, body?: RequestInit['body']): Promise<Answered>
  /** What the process said. */
  output(): string
  stop(): Promise<void>
}

/** Collects garbage all the time: what a call only holds on to weakly is gone at once, instead of once in a while. */
const V8_FLAGS = '--stress-incremental-marking'

/** Runs the edge function on the real Deno, with the rights and the command line that the launcher gives it. */
export async function startEdge(
  options: Omit<EdgeFunctionOptions, 'port' | 'workerId'>,
  v8Flags = V8_FLAGS,
  environment: Record<string, string> = {},
): Promise<Edge> {
  const port = await freePort()
  const only = options.workerUrl.includes('{worker}') ? {} : { workerId: WORKER_ID }
  const { command, args, env } = edgeFunctionCommand({ ...options, ...only, port })
  const child = spawn(command, args, {
    env: { ...process.env, ...env, ...(v8Flags && { DENO_V8_FLAGS: v8Flags }), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const url = `http://127.0.0.1:${port}/whatsapp-session`
  await listening(child, url, () => output)
  return {
    url,
    output: () => output,
    async call(method, path, token, body) {
      const response = await fetch(url + path, {
        method,
        headers: { ...(token && { authorization: `Bearer ${token}` }) },
        ...(body !== undefined && { body }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
    },
    async stop() {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function listening(child: ChildProcess, url: string, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the edge function ended:\n${output()}`)
    if (await fetch(url).catch(() => null)) return
    await sleep(20)
  }
}
