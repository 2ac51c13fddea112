import { Tabs as Radix } from 'radix-ui'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { navigate, useLocationProperty } from 'wouter/use-browser-location'

export type SessionTab = { name: string; label: string; content: ReactNode }

type SessionTabsProps = { label: string; tabs: readonly SessionTab[]; /** Somebody has chosen one of the tabs. */ onChoose: () => void }

/** Sections of a page, one at a time, each at an address of its own: `#messages`. The first is shown where the address names none. */
export function SessionTabs({ label, tabs, onChoose }: SessionTabsProps) {
  const named = useLocationProperty(() => location.hash.slice(1))
  const [shown, setShown] = useState(tabs[0]?.name ?? '')
  // The address may also name what is no tab, as the link that skips to the content does.
  const asked = tabs.find(({ name }) => name === named)?.name
  const current = asked ?? tabs.find(({ name }) => name === shown)?.name ?? tabs[0]?.name ?? ''
  if (current !== shown) setShown(current)
  const list = useRef<HTMLDivElement>(null)
  // On a small screen the tabs are wider than their place.
  useEffect(() => {
    list.current?.querySelector(`[data-tab=${current}]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [current])
  return (
    <Radix.Root
      value={current}
      onValueChange={(name) => {
        onChoose()
        navigate(`#${name}`, { replace: true })
      }}
      // What stands behind a tab is asked for when it is opened; arrow keys alone ask for nothing.
      activationMode="manual"
    >
      <Radix.List ref={list} aria-label={label} className="-mx-4 flex gap-1 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0">
        {tabs.map(({ name, label }) => (
          <Radix.Trigger
            key={name}
            value={name}
            data-tab={name}
            className="-mb-px flex h-11 items-center border-b-2 border-transparent px-3 text-sm font-medium whitespace-nowrap text-muted hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-brand data-[state=active]:text-ink"
          >
            {label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ name, content }) => (
        <Radix.Content key={name} value={name} className="pt-4 outline-offset-4">
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
