/**
 * `node bench/density/stock.ts <url> <folder>`: unmodified Baileys with the store and the defaults it comes with, one socket for each
 * folder that it is told, eight starting at once as in the worker. Talks to its parent over the channel of `fork`.
 */
import { join } from 'node:path'
import { makeWASocket, useMultiFileAuthState as multiFileAuthState } from 'baileys'
import * as z from 'zod'
import { trustSimulator } from '../../simulator/trust-root.ts'
import { eachAtOnce } from '../clear/at-once.ts'

const Order = z.object({ folders: z.array(z.string()) })
const AT_ONCE = 8

const [url = '', root = ''] = process.argv.slice(2)
trustSimulator(url)
// libsignal tells of its sessions through the console.
const nothing = (): void => {}
Object.assign(console, { debug: nothing, info: nothing, log: nothing, warn: nothing, error: nothing })
const logger = { level: 'silent', child: () => logger, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing }

let open = 0

async function connect(folder: string): Promise<void> {
  const { state, saveCreds } = await multiFileAuthState(join(root, folder))
  const sock = makeWASocket({ auth: state, logger, waWebSocketUrl: url })
  sock.ev.on('creds.update', () => void saveCreds())
  await new Promise<void>((resolve) => {
    sock.ev.on('connection.update', ({ connection }) => {
      if (connection === 'open') open += 1
      if (connection === 'close') open -= 1
      if (connection === 'open' || connection === 'close') resolve()
    })
  })
}

process.on('message', (message) => {
  const { folders } = Order.parse(message)
  void eachAtOnce(folders, AT_ONCE, connect).then(() => process.send?.({ open }))
})
process.on('disconnect', () => process.exit(0))
process.send?.({ open })
