import { type ComponentProps, type ReactNode, useId } from 'react'
import { cx } from './cx.ts'

type FieldProps = ComponentProps<'input'> & {
  label: string
  /** Stands in the same line as the label. */
  aside?: ReactNode
  /** Stands below the field, until there is a problem. */
  hint?: string
  /** What is wrong with what was typed; it interrupts a screen reader. */
  problem?: string | null
}

/** A labelled text field. */
export function Field({ label, aside, hint, problem, className, ...rest }: FieldProps) {
  const id = useId()
  const noteId = useId()
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
          'focus-visible:border-brand focus-visible:outline-offset-0 aria-invalid:border-bad',
        )}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem || hint ? noteId : undefined}
        {...rest}
      />
      {problem ? (
        <p id={noteId} role="alert" className="mt-1.5 text-note text-bad">
          {problem}
        </p>
      ) : (
        hint && (
          <p id={noteId} className="mt-1.5 text-note text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  )
}
