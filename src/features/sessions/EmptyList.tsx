import { SearchX, Smartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'

/** There is nothing to list: what to do first. The button to do it stands above. */
export function NoDevice({ mayChange }: { mayChange: boolean }) {
  const { list } = useWords()
  return (
    <Empty icon={<Smartphone aria-hidden className="size-5" />} title={list.empty}>
      <p className="mt-1 text-sm text-muted">{mayChange ? list.emptyHint : list.emptyReadOnly}</p>
      {mayChange && (
        <ol className="mt-5 space-y-2.5 text-left text-sm">
          {list.emptySteps.map((step, nth) => (
            <li key={step} className="flex items-baseline gap-3">
              <span
                aria-hidden
                className="flex size-6 shrink-0 items-center justify-center rounded-full bg-raised text-xs font-medium text-muted tabular-nums"
              >
                {nth + 1}
              </span>
              {step}
            </li>
          ))}
        </ol>
      )}
    </Empty>
  )
}

/** There are devices, but none that was looked for. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const { list } = useWords()
  return (
    <Empty icon={<SearchX aria-hidden className="size-5" />} title={list.noMatch}>
      <p className="mt-1 text-sm text-balance text-muted">{list.noMatchHint}</p>
      <Button className="mt-4" onClick={onClear}>
        {list.clearSearch}
      </Button>
    </Empty>
  )
}

function Empty({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 flex size-12 items-center justify-center rounded-full bg-raised text-muted">{icon}</span>
      <p className="font-medium">{title}</p>
      {children}
    </div>
  )
}
