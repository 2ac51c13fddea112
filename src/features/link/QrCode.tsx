import { useMemo } from 'react'
import { encode } from 'uqr'
import { useWords } from '../../words/words.ts'

/** The light border that a reader needs, modules. */
const QUIET_ZONE = 4

/**
 * Draws a text, as it is, as a QR code: dark on white in every theme, or a phone would not read it. Each module is as many whole pixels
 * of the screen wide as fit, so that its edges are sharp; what is left over widens the quiet zone.
 */
export function QrCode({ text }: { text: string }) {
  const words = useWords()
  const { size, path } = useMemo(() => drawing(text), [text])
  const side = `round(down, 100%, ${size / (globalThis.devicePixelRatio || 1)}px)`
  return (
    <div className="flex size-full items-center justify-center bg-white">
      <svg
        role="img"
        aria-label={words.link.qr}
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        className="size-full"
        style={{ width: side, height: side }}
      >
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </div>
  )
}

/** One path over all dark modules; neighbours in a row are drawn as one. */
function drawing(text: string): { size: number; path: string } {
  const { size, data } = encode(text, { ecc: 'L', border: QUIET_ZONE })
  const parts: string[] = []
  for (const [y, row] of data.entries()) {
    let x = 0
    while (x < row.length) {
      if (!row[x]) {
        x += 1
        continue
      }
      const from = x
      while (row[x]) x += 1
      parts.push(`M${from} ${y}h${x - from}v1h-${x - from}z`)
    }
  }
  return { size, path: parts.join('') }
}
