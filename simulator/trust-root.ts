import { DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } from 'baileys'
import { isLoopbackUrl } from './loopback.ts'
import { ROOT_PUBLIC_KEY } from './noise/certificates.ts'

/**
 * Makes the Baileys of this process trust the simulator at `webSocketUrl`, and lets that simulator's phones see its QR codes.
 * Changes two exported values of the unmodified library; throws, and changes nothing, when the URL is not loopback.
 *
 * The camera: what a QR code holds beyond its ref never crosses the connection, a phone learns it by looking at the screen. Here it
 * is reported to the simulator when a socket is made, so that the page "Phone" can scan with one click. Without it
 * a scan needs the text of the code.
 */
export function trustSimulator(webSocketUrl: string): void {
  if (!isLoopbackUrl(webSocketUrl)) throw new Error(`the simulator is only trusted on loopback, not at ${webSocketUrl}`)
  WA_CERT_DETAILS.PUBLIC_KEY = ROOT_PUBLIC_KEY
  const camera = new URL('/api/camera', webSocketUrl.replace(/^ws/, 'http'))
  const makeSignalRepository = original
  DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (auth, ...rest) => {
    const { noiseKey, advSecretKey, me } = auth.creds as typeof auth.creds & {
      noiseKey: { public: Uint8Array }
      advSecretKey: string
      me?: unknown
    }
    if (!me) void report(camera, { noisePublicKey: Buffer.from(noiseKey.public).toString('base64'), advSecret: advSecretKey })
    return makeSignalRepository(auth, ...rest)
  }
}

/** Kept from the first import on, so that trusting twice does not report twice. */
const original = DEFAULT_CONNECTION_CONFIG.makeSignalRepository

async function report(camera: URL, seen: { noisePublicKey: string; advSecret: string }): Promise<void> {
  try {
    const response = await fetch(camera, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(seen) })
    await response.body?.cancel()
  } catch {
    // No camera, no one-click scan: pasting the text of the code still works.
  }
}
