import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type FaultyRoad = {
  url: string
  /** What goes wrong: `down` cuts every connection; `edit` changes an answer, given the database function's name, or holds it back by a promise. */
  faults: {
    down: boolean
    /** Holds a call back before the database hears of it. */
    hold: ((name: string) => Promise<void> | void) | null
    edit: ((name: string, answer: unknown) => unknown) | null
    calls: string[]
  }
  close(): Promise<void>
}

/** An HTTP road to the database's API that can break in the ways real ones do. */
export async function startFaultyRoad(target: string): Promise<FaultyRoad> {
  const faults: FaultyRoad['faults'] = { down: false, hold: null, edit: null, calls: [] }
  const server = createServer((request, response) => {
    if (faults.down) return void request.socket.destroy()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const name = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? ''
      faults.calls.push(name)
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([key]) => !['host', 'connection', 'content-length', 'accept-encoding'].includes(key)),
      ) as Record<string, string>
      const body = Buffer.concat(chunks)
      Promise.resolve(faults.hold?.(name))
        .then(() => fetch(target + (request.url ?? ''), { method: request.method ?? 'GET', headers, ...(body.length > 0 ? { body } : {}) }))
        .then(async (answer) => {
          const text = await answer.text()
          const edited = faults.edit && answer.ok ? JSON.stringify(await faults.edit(name, JSON.parse(text || 'null'))) : text
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.status === 204 ? undefined : edited)
        })
        .catch(() => request.socket.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
