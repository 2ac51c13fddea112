import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** Ports of 127.0.0.1 that nobody used a moment ago, all different. */
export async function freePorts<const Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const servers = await Promise.all(names.map(async (name) => [name, await listen()] as const))
  const ports = servers.map(([name, server]) => [name, (server.address() as AddressInfo).port] as const)
  await Promise.all(servers.map(([, server]) => new Promise((done) => server.close(done))))
  return Object.fromEntries(ports) as Record<Name, number>
}

async function listen(): Promise<Server> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
