import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

/** How long a pointer rests before it is told, milliseconds. */
const REST = 300

/** Explains the element inside it on hover and on keyboard focus. */
export function Tooltip({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={REST}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side="bottom"
            sideOffset={8}
            collisionPadding={12}
            className="z-[60] max-w-72 rounded-lg bg-ink px-3 py-2 text-xs leading-relaxed text-canvas shadow-lg data-[state=delayed-open]:animate-appear"
          >
            {text}
            <Radix.Arrow className="fill-ink" />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
