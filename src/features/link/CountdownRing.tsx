import { useState } from 'react'
import { useNow } from '../../lib/useNow.ts'

const RADIUS = 8
const AROUND = 2 * Math.PI * RADIUS

type CountdownRingProps = {
  expiresAt: string
  /** No code of its kind lasts longer, seconds; a browser's clock that is wrong must not show more. */
  longest: number
  words: (seconds: number) => string
  /** Stands there when no time is left. */
  over: string
}

/** A ring that empties until `expiresAt`, and its seconds in words. Give it a key per code: it starts full. */
export function CountdownRing({ expiresAt, longest, words, over }: CountdownRingProps) {
  const now = useNow(250)
  const left = Math.min(Math.max((Date.parse(expiresAt) - now) / 1000, 0), longest)
  const [whole] = useState(() => Math.max(left, 1))
  return (
    <p className="flex items-center gap-2 text-note text-muted tabular-nums">
      <svg aria-hidden viewBox="0 0 20 20" className="size-5 -rotate-90" fill="none" strokeWidth="2.5">
        <circle cx="10" cy="10" r={RADIUS} className="stroke-line" />
        <circle
          cx="10"
          cy="10"
          r={RADIUS}
          className="stroke-brand transition-[stroke-dashoffset] duration-300 ease-linear"
          strokeLinecap="round"
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - Math.min(left / whole, 1))}
        />
      </svg>
      {left > 0 ? words(Math.ceil(left)) : over}
    </p>
  )
}
