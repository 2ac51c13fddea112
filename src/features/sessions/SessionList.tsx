import { Plus, Smartphone } from 'lucide-react'
import { asFailure } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'
import { type RowOrders, SessionRow } from './SessionRow.tsx'
import type { SessionOverview } from '../../lib/session-overview.ts'

type SessionListProps = RowOrders & {
  sessions: SessionOverview[]
  isLoading: boolean
  loadError: Error | null
  onReload: () => void
  outdated: boolean
  mayChange: boolean
  deleting: ReadonlySet<string>
  onConnect: () => void
}

/** The card with the organisation's devices. */
export function SessionList({
  sessions,
  isLoading,
  loadError,
  onReload,
  outdated,
  mayChange,
  deleting,
  onConnect,
  ...orders
}: SessionListProps) {
  const words = useWords()
  return (
    <section aria-labelledby="devices" className="overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
      <div className="flex items-center justify-between gap-4 border-b border-line px-4 py-4 sm:px-5">
        <div className="min-w-0">
          <h2 id="devices" className="text-[15px] font-semibold tracking-tight">
            {words.list.title}
            {sessions.length > 0 && <span className="ml-2 font-normal text-muted tabular-nums">{sessions.length}</span>}
          </h2>
          <p className={cx('mt-0.5 text-[13px] text-muted', mayChange && 'max-sm:hidden')}>
            {mayChange ? words.list.intro : words.list.readOnly}
          </p>
        </div>
        {mayChange && (
          <Button look="primary" onClick={onConnect}>
            <Plus aria-hidden className="-ml-1 size-4" />
            {words.list.connect}
          </Button>
        )}
      </div>
      {isLoading && <LoadingRows />}
      {loadError && (
        <div className="p-4 sm:p-5">
          <Notice tone="bad" title={words.list.loadFailed} action={<Button onClick={onReload}>{words.common.tryAgain}</Button>}>
            {words.failures[asFailure(loadError).code]}
          </Notice>
        </div>
      )}
      {!isLoading && !loadError && sessions.length === 0 && (
        <div className="flex flex-col items-center px-6 py-14 text-center">
          <span className="mb-4 flex size-12 items-center justify-center rounded-full bg-raised text-muted">
            <Smartphone aria-hidden className="size-5" />
          </span>
          <p className="font-medium">{words.list.empty}</p>
          {mayChange && <p className="mt-1 text-sm text-muted">{words.list.emptyHint}</p>}
        </div>
      )}
      {sessions.length > 0 && (
        <ul aria-labelledby="devices" className="divide-y divide-line">
          {sessions.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              mayChange={mayChange}
              isDeleting={deleting.has(session.id)}
              outdated={outdated}
              {...orders}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

function LoadingRows() {
  const words = useWords()
  return (
    <div className="divide-y divide-line">
      <output className="sr-only">{words.common.loading}</output>
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex h-[68px] items-center gap-4 px-5">
          <Skeleton className="size-10 rounded-full max-sm:hidden" />
          <div className="flex-1 space-y-2">
            <Skeleton className="h-3.5 w-40" />
            <Skeleton className="h-3 w-56 max-w-full" />
          </div>
          <Skeleton className="h-6 w-24 rounded-full" />
        </div>
      ))}
    </div>
  )
}
