import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'
import { LoadingLines } from './LoadingLines.tsx'

/** Stands where a session's header and its tabs will be. */
export function SessionSkeleton() {
  return (
    <>
      <HeaderSkeleton />
      <div className="h-11 border-b border-line" />
      <LoadingLines />
    </>
  )
}

/** Stands where a session's header was, until it is known what became of it. */
export function HeaderSkeleton() {
  const words = useWords()
  return (
    <div className="rounded-2xl border border-line bg-surface">
      <output className="sr-only">{words.common.loading}</output>
      <div className="flex items-start gap-4 px-4 py-4 sm:px-5">
        <Skeleton className="size-11 rounded-full max-sm:hidden" />
        <div className="flex-1 space-y-3 py-1">
          <Skeleton className="h-6 w-56 max-w-full" />
          <Skeleton className="h-4 w-32" />
        </div>
      </div>
      <div className="grid grid-cols-2 gap-x-4 gap-y-3 border-t border-line px-4 py-4 sm:grid-cols-3 sm:px-5 lg:grid-cols-5">
        {[0, 1, 2, 3, 4].map((fact) => (
          <Skeleton key={fact} className="h-9 w-full" />
        ))}
      </div>
    </div>
  )
}
