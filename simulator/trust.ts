/**
 * Preload for a process that must only ever talk to the simulator: `WA_WEB_SOCKET_URL=ws://127.0.0.1:… node --import
 * ./simulator/trust.ts …`. Ends the process at once when that variable does not lead to loopback: with this root
 * trusted, a connection to anything else must not be possible.
 */
import { isLoopbackUrl } from './loopback.ts'
import { trustSimulator } from './trust-root.ts'

const url = process.env['WA_WEB_SOCKET_URL'] ?? ''
if (!isLoopbackUrl(url)) {
  process.stderr.write(
    `This process was told to trust the WhatsApp simulator, but WA_WEB_SOCKET_URL is ${url === '' ? 'not set' : `"${url}"`}.\n` +
      'It must be a loopback address such as ws://127.0.0.1:7060/ws/chat. Nothing was started.\n',
  )
  process.exit(1)
}
trustSimulator(url)
