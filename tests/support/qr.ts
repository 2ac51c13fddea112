import jsQR from 'jsqr'
import { PNG } from 'pngjs'

/** What a phone's camera would read from a screenshot: the QR's text, or `null` when there is none to be seen. */
export function readQr(screenshot: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(screenshot)
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data ?? null
}
