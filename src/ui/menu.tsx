import { DropdownMenu as Radix } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx.ts'

type MenuProps = { trigger: ReactNode; defaultOpen?: boolean; children: ReactNode }

/** A menu that hangs below `trigger`, a button. It is heavy: `LazyMenu` fetches it when it is opened. */
export function Menu({ trigger, defaultOpen = false, children }: MenuProps) {
  return (
    <Radix.Root modal={false} defaultOpen={defaultOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      {/* Inside the page's main part, so that it is in a landmark like all else. */}
      <Radix.Portal container={document.querySelector('main')}>
        <Radix.Content
          align="end"
          sideOffset={6}
          collisionPadding={12}
          className="z-50 min-w-44 rounded-xl border border-line bg-surface p-1 shadow-lg data-[state=open]:animate-appear"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

type MenuItemProps = ComponentProps<typeof Radix.Item> & { danger?: boolean }

export function MenuItem({ danger, className, ...rest }: MenuItemProps) {
  return (
    <Radix.Item
      className={cx(
        'flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 text-sm select-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-brand data-[disabled]:opacity-50 data-[highlighted]:bg-raised',
        danger && 'text-bad',
        className,
      )}
      {...rest}
    />
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 py-1.5 text-xs text-muted">{children}</Radix.Label>
}

export function MenuLine() {
  return <Radix.Separator className="mx-1 my-1 h-px bg-line" />
}

export const MenuChoices = Radix.RadioGroup

/** One of several; the chosen one is ticked. */
export function MenuChoice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.RadioItem
      value={value}
      className="flex min-h-9 items-center justify-between gap-3 rounded-lg px-2.5 text-sm select-none focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-brand data-[highlighted]:bg-raised"
    >
      {children}
      <Radix.ItemIndicator aria-hidden>✓</Radix.ItemIndicator>
    </Radix.RadioItem>
  )
}
