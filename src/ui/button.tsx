import type { ComponentProps } from 'react'
import { cx } from './cx.ts'

const LOOKS = {
  primary: 'bg-brand text-on-brand hover:bg-brand-hover',
  secondary: 'border border-line bg-surface text-ink hover:bg-raised',
  ghost: 'text-muted hover:bg-raised hover:text-ink',
  danger: 'bg-bad text-on-bad hover:bg-bad-hover',
} as const

const SIZES = {
  normal: 'h-10 px-4 text-sm',
  small: 'h-9 px-3 text-note',
  icon: 'size-9',
} as const

type ButtonProps = ComponentProps<'button'> & { look?: keyof typeof LOOKS; size?: keyof typeof SIZES }

/** A button; `type` is `button` unless said otherwise, so that none submits a form by accident. */
export function Button({ look = 'secondary', size = 'normal', className, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors',
        'disabled:pointer-events-none disabled:opacity-50',
        LOOKS[look],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  )
}
