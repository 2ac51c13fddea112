import { AlertDialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { OVERLAY, PANEL } from './dialog.tsx'
import { useFocusReturn } from './use-focus-return.ts'

type AlertDialogProps = {
  title: string
  description: string
  /** Escape was pressed; a click outside does nothing. */
  onEscape: () => void
  children: ReactNode
  /** The buttons. */
  actions: ReactNode
}

/** A question that must be answered. Mount it to open it; the answer's buttons are handed in. */
export function AlertDialog({ title, description, onEscape, children, actions }: AlertDialogProps) {
  const returnFocus = useFocusReturn()
  return (
    <Radix.Root open>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          className={cx(PANEL, 'sm:max-w-md')}
          onCloseAutoFocus={returnFocus}
          onEscapeKeyDown={(event) => {
            event.preventDefault()
            onEscape()
          }}
        >
          <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
          <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>
          {children}
          <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{actions}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** The way out of a question; it has the focus when the question opens. */
export const AlertDialogCancel = Radix.Cancel
