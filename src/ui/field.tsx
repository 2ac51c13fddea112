import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './cx.ts'

type FieldProps = ComponentProps<'input'> & { label: string; /** Stands in the same line as the label. */ aside?: ReactNode }

/** A labelled text field. */
export function Field({ label, aside, className, ...rest }: FieldProps) {
  const id = useId()
  return (
    <div className={className}>
      <div className="mb-1.5 flex items-center justify-between gap-2">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {aside}
      </div>
      <input
        id={id}
        className={cx(
          'h-10 w-full rounded-lg border border-line-strong bg-surface px-3 text-base text-ink placeholder:text-muted sm:text-sm',
          'focus-visible:border-brand focus-visible:outline-offset-0',
        )}
        {...rest}
      />
    </div>
  )
}
