import { QrCode, Smartphone } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { useWords } from '../../words/words.ts'
import type { LinkMethod } from './usePairing.ts'

const ICONS = { qr: QrCode, phone: Smartphone } as const

type LinkTabsProps = {
  /** In their order. */
  methods: readonly LinkMethod[]
  method: LinkMethod
  onChoose: (method: LinkMethod) => void
  /** What is to be seen of the chosen way. */
  children: ReactNode
}

/** The ways to link a phone, as tabs: arrow keys go from one to the other, a click or Enter goes on to the field that is in it. */
export function LinkTabs({ methods, method, onChoose, children }: LinkTabsProps) {
  const text = useWords().link
  const root = useRef<HTMLDivElement>(null)
  return (
    <Tabs.Root ref={root} value={method} onValueChange={(value) => onChoose(value as LinkMethod)}>
      <Tabs.List aria-label={text.methods} className="mx-auto mb-3 flex max-w-104 gap-1 rounded-xl bg-raised p-1">
        {methods.map((one) => {
          const Icon = ICONS[one]
          return (
            <Tabs.Trigger
              key={one}
              value={one}
              onClick={() => root.current?.querySelector('input')?.focus()}
              className="flex h-9 flex-1 items-center justify-center gap-2 rounded-lg border border-transparent text-note font-medium text-muted transition-colors hover:text-ink data-[state=active]:border-line-strong data-[state=active]:bg-surface data-[state=active]:text-ink"
            >
              <Icon aria-hidden className="size-4" />
              {text.method[one]}
            </Tabs.Trigger>
          )
        })}
      </Tabs.List>
      {methods.map((one) => (
        // What is in it can be focused, so the panel itself need not be.
        <Tabs.Content key={one} value={one} tabIndex={-1} className="outline-none">
          {children}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}
