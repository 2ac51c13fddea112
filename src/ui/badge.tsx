import type { ReactNode } from 'react'
import { cx } from './cx.ts'

const TONES = {
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  quiet: 'bg-raised text-muted',
} as const

const DOTS = {
  full: 'bg-current',
  half: 'border-[1.5px] border-current bg-linear-to-r from-current from-50% to-transparent to-50%',
  empty: 'border-[1.5px] border-current',
} as const

export type BadgeTone = keyof typeof TONES
export type BadgeDot = keyof typeof DOTS

/** A state in a word: the dot's shape says it too, for those who do not see its colour. */
export function Badge({ tone, dot, pulse, children }: { tone: BadgeTone; dot: BadgeDot; pulse?: boolean; children: ReactNode }) {
  return (
    <span className={cx('inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs font-medium whitespace-nowrap', TONES[tone])}>
      <span aria-hidden className={cx('size-2 rounded-full', DOTS[dot], pulse && 'animate-pulse')} />
      {children}
    </span>
  )
}
