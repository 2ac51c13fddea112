import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'

/** Stands where a list will be. */
export function LoadingLines({ lines = 5 }: { lines?: number }) {
  const words = useWords()
  return (
    <div className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface">
      <output className="sr-only">{words.common.loading}</output>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="flex h-14 items-center gap-4 px-4 sm:px-5">
          <Skeleton className="size-4 rounded-full" />
          <Skeleton className="h-3.5 w-48 max-w-full" />
        </div>
      ))}
    </div>
  )
}
