import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { denoBinary } from '../../scripts/stack/deno-binary.ts'
import { ROOT } from '../../scripts/stack/layout.ts'

const run = promisify(execFile)

it('a database that begins to answer and stops is given up, also while garbage is collected', async () => {
  const server = createServer((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('['))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const code = `
    import { fetchInTime } from ${JSON.stringify(join(ROOT, 'supabase/functions/whatsapp-session/in-time.ts'))}
    const asked = fetchInTime('http://127.0.0.1:${(server.address() as AddressInfo).port}/', {}, 1000).catch((error) => error.name)
    const collecting = setInterval(() => gc(), 20)
    console.log(await asked)
    clearInterval(collecting)
    Deno.exit()`
  const deno = run(denoBinary(), ['eval', '--ext=ts', '--v8-flags=--expose-gc', code], { timeout: 20_000 })
  const { stdout } = await deno.finally(() => {
    server.closeAllConnections()
    server.close()
  })
  expect(stdout.trim()).toBe('TimeoutError')
})
