import { Info, TriangleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { cx } from './cx.ts'

const TONES = {
  warn: 'border-warn/30 bg-warn-soft text-warn',
  bad: 'border-bad/30 bg-bad-soft text-bad',
  quiet: 'border-line bg-surface text-muted',
} as const

type NoticeProps = {
  tone: keyof typeof TONES
  title: string
  children?: ReactNode
  action?: ReactNode
  /** With it, the notice can be dismissed; its name for the button. */
  dismiss?: { label: string; onDismiss: () => void }
}

/** A strip that says something about the whole page. Errors interrupt a screen reader, the rest waits. */
export function Notice({ tone, title, children, action, dismiss }: NoticeProps) {
  const Icon = tone === 'quiet' ? Info : TriangleAlert
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cx('flex animate-appear items-start gap-3 rounded-xl border px-4 py-3 text-sm', TONES[tone])}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-ink">{title}</p>
        {children && <p className="mt-0.5 text-muted">{children}</p>}
      </div>
      {action}
      {dismiss && (
        <Button look="ghost" size="icon" className="-my-1.5 -mr-2" aria-label={dismiss.label} onClick={dismiss.onDismiss}>
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </div>
  )
}
