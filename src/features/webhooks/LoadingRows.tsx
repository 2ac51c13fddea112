import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'

/** Stands where a list will be. */
export function LoadingRows() {
  const words = useWords()
  return (
    <div className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface">
      <output className="sr-only">{words.common.loading}</output>
      {[0, 1, 2].map((row) => (
        <div key={row} className="flex h-[4.25rem] items-center gap-4 px-4 sm:px-5">
          <span className="min-w-0 flex-1 space-y-2">
            <Skeleton className="h-4 w-56 max-w-full" />
            <Skeleton className="h-3 w-36 max-w-full" />
          </span>
          <Skeleton className="h-6 w-20 rounded-full" />
        </div>
      ))}
    </div>
  )
}
