import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { useFocusReturn } from './use-focus-return.ts'

export const OVERLAY = 'fixed inset-0 z-40 bg-shade data-[state=open]:animate-appear'
export const PANEL = cx(
  'fixed z-50 flex max-h-[92dvh] w-full flex-col overflow-y-auto border border-line bg-surface shadow-xl outline-none data-[state=open]:animate-rise',
  'inset-x-0 bottom-0 rounded-t-2xl p-5 sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-2xl sm:p-6',
)

type DialogProps = {
  title: string
  description: string
  /** Escape was pressed. A click outside never closes: a link that is under way must not be lost to a slip of the finger. */
  onEscape: () => void
  /** It opens to be typed into: its first field has the focus. */
  isForm?: boolean
  children: ReactNode
  className?: string
}

/** A modal dialog that only its own buttons and Escape close. Mount it to open it. */
export function Dialog({ title, description, onEscape, isForm = false, children, className }: DialogProps) {
  const returnFocus = useFocusReturn()
  return (
    <Radix.Root open>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          className={cx(PANEL, className)}
          onInteractOutside={(event) => event.preventDefault()}
          onCloseAutoFocus={returnFocus}
          onEscapeKeyDown={(event) => {
            event.preventDefault()
            onEscape()
          }}
          // The panel itself, not its first field: on a phone that would open the keyboard over the code.
          onOpenAutoFocus={(event) => {
            if (isForm) return
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
        >
          <Radix.Title className="text-lg font-semibold tracking-tight">{title}</Radix.Title>
          <Radix.Description className="mt-1 text-sm text-muted">{description}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
