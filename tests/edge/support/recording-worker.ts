import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'
import { bodyHash, COMMAND_ALGORITHM, COMMAND_TYPE, CommandClaims } from '#domain/command.ts'
import { CommandPrivateKey } from '#domain/command-key.ts'
import { newCommandKey } from '../../../scripts/stack/command-key.ts'

export const WORKER_ID = 'worker-of-the-tests'

export type Recorded = { method: string; path: string; body: string; claims: CommandClaims; closed: Promise<unknown> }
type Answer = (call: Recorded, response: ServerResponse) => void

/**
 * Stands where the worker would, for what a real one cannot be made to do (hang, break off, answer nonsense) and to see what arrives.
 * It verifies each command as the worker must, and answers 401 to what does not pass.
 */
export type RecordingWorker = {
  url: string
  /** The private JWK that the edge function signs with, as JSON. */
  commandKey: string
  calls: Recorded[]
  /** How to answer from now on. */
  answer(how: Answer): void
  stop(): Promise<void>
}

/** `commandKey`: that of another one, whose commands it is to know, too. */
export async function startRecordingWorker({
  id = WORKER_ID,
  commandKey,
}: { id?: string; commandKey?: string } = {}): Promise<RecordingWorker> {
  const key = commandKey === undefined ? await newCommandKey() : knownKey(commandKey)
  const calls: Recorded[] = []
  let how: Answer = (_, response) => json(response, 500, {})

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = once(response, 'close')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const { payload } = await jwtVerify(token, key.public, { audience: id, typ: COMMAND_TYPE, algorithms: [COMMAND_ALGORITHM] })
    const claims = CommandClaims.parse(payload)
    const bound = claims.method === request.method && claims.path === request.url && claims.body_sha256 === (await bodyHash(body))
    if (!bound) throw new Error('the command is bound to something else')
    const call = { method: claims.method, path: claims.path, body, claims, closed }
    calls.push(call)
    how(call, response)
  }

  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => json(response, 401, { error: { code: 'invalid_command', message: String(error) } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commandKey: JSON.stringify(key.private),
    calls,
    answer: (next) => (how = next),
    stop: async () => {
      server.closeAllConnections()
      if (server.listening) await new Promise((done) => server.close(done))
    },
  }
}

function knownKey(commandKey: string): Awaited<ReturnType<typeof newCommandKey>> {
  const { d, ...open } = CommandPrivateKey.parse(JSON.parse(commandKey))
  return { private: { ...open, d }, public: open }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
