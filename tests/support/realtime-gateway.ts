import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DashboardConfig } from '#domain/config.ts'
import { pass } from '../../scripts/stack/proxy.ts'
import { RealtimeServer, type RealtimeServerOptions } from './realtime-server.ts'

export type RealtimeGateway = {
  /** `http://127.0.0.1:<port>` */
  url: string
  server: RealtimeServer
  /** `GET /rest/v1/…`: what was asked for, one by one. */
  calls: string[]
  stop(): Promise<void>
}

/** One origin with Realtime at `/realtime/v1` and, at all other addresses, what listens at `port` of 127.0.0.1: as a hosted project has it. */
export async function openRealtimeGateway(port: number, options: RealtimeServerOptions): Promise<RealtimeGateway> {
  const server = await RealtimeServer.start(options)
  const calls: string[] = []
  const http = createServer((request, response) => {
    const url = request.url ?? '/'
    calls.push(`${request.method} ${url.split('?', 1)[0]}`)
    if (url !== '/config.json') return pass(request, response, port, url)
    const answer = async () => {
      const asked = await fetch(`http://127.0.0.1:${port}/config.json`)
      const config = DashboardConfig.parse(await asked.json())
      const body: DashboardConfig = { ...config, supabaseUrl: `http://${request.headers.host}`, realtime: true }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    answer().catch((error: Error) => response.destroy(error))
  })
  http.on('upgrade', (request, socket, head) => server.upgrade(request, socket, head))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    server,
    calls,
    stop: async () => {
      await server.stop()
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
    },
  }
}
