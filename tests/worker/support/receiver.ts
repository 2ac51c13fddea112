import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export type Received = { id: string; path: string; headers: IncomingHttpHeaders; body: string }
export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Answers a request; whoever does not, leaves it hanging. */
type Answering = (response: ServerResponse, received: Received) => void
export const answer =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (response) =>
    void response.writeHead(status, headers).end()

/** A server that webhooks are sent to: http, or https with a certificate. */
export async function startReceiver(tls?: { key: string; cert: string }) {
  const received: Received[] = []
  const state = { connections: 0, hanging: 0, answering: answer(204) }
  const listener: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const one = { id: String(request.headers['webhook-id']), path: request.url ?? '', headers: request.headers, body }
      received.push(one)
      state.hanging += 1
      response.on('close', () => (state.hanging -= 1))
      state.answering(response, one)
    })
  }
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener)
  server.on('connection', () => (state.connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    received,
    state,
    port,
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}/hook`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What a receiver finds out about a request with its secret; throws where the signature is not good. */
export const verified = ({ headers, body }: Received, secret: string): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>)
