import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** Says why there is nothing, and what could be done. */
export function Nothing({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <div className="flex flex-col items-center rounded-2xl border border-line bg-surface px-6 py-12 text-center">
      <span className="mb-4 flex size-12 items-center justify-center rounded-full bg-raised text-muted">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="font-medium">{title}</p>
      <div className="mt-1 max-w-prose text-sm text-balance text-muted">{children}</div>
    </div>
  )
}
