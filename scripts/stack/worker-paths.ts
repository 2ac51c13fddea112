import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorBody } from '#domain/errors.ts'
import { pass } from './proxy.ts'

/** One address for the workers of a machine. `template`: as the edge function wants it. */
export type WorkerPaths = { template: string; close(): Promise<void> }

/** As a reverse proxy before several workers would: `/worker-2/api/...` reaches the port of `worker-2` as `/api/...`. */
export async function openWorkerPaths(ports: Readonly<Record<string, number>>): Promise<WorkerPaths> {
  const server = createServer((request, response) => {
    const [, id = '', path = ''] = /^\/([a-z0-9-]+)(\/.*)$/.exec(request.url ?? '') ?? []
    const port = Object.hasOwn(ports, id) ? ports[id] : undefined
    if (port !== undefined) return pass(request, response, port, path, answerBadGateway)
    request.resume()
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(errorBody('not_found', 'There is no such worker.')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    template: `http://127.0.0.1:${(server.address() as AddressInfo).port}/{worker}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** In no words of ours: it is not the worker that speaks. */
function answerBadGateway(response: ServerResponse): void {
  response.writeHead(502, { 'content-type': 'text/plain' }).end('Bad Gateway\n')
}
