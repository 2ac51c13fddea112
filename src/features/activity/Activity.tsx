import { Download, ScrollText } from 'lucide-react'
import { asFailure } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { ActivityFilters } from './ActivityFilters.tsx'
import { ActivityRows } from './ActivityRows.tsx'
import { isFiltered, NO_FILTERS } from './filters.ts'
import { useActivity } from './useActivity.ts'
import { useExport } from './useExport.ts'
import { useFiltersInAddress } from './useFiltersInAddress.ts'

type ActivityProps = { organization: { id: string; name: string }; onOpen: (orderId: string) => void }

/** What was removed, by whom and when: looked through, and exported. */
export function Activity({ organization, onOpen }: ActivityProps) {
  const words = useWords()
  const text = words.activity
  const [filters, setFilters] = useFiltersInAddress()
  const activity = useActivity(organization.id, filters)
  const { rows, loadError, hasOlder, isLoadingOlder } = activity
  const isEmpty = rows?.length === 0
  return (
    <>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-lg font-semibold tracking-tight">{text.title}</h1>
          <p className="text-note text-muted">{text.intro}</p>
        </div>
        <ExportButton organization={organization} filters={filters} isDisabled={!rows || isEmpty} />
      </div>
      <ActivityFilters filters={filters} onFilter={setFilters} />
      <div className="flex min-h-9 items-center justify-between gap-3 text-note text-muted tabular-nums">
        <output>
          {rows && !isEmpty && !activity.isSearching && text.shown(rows.length, hasOlder)}
          {isEmpty && !activity.isSearching && <span className="sr-only">{isFiltered(filters) ? text.noMatch : text.empty}</span>}
        </output>
        {isFiltered(filters) && (
          <Button look="ghost" size="small" onClick={() => setFilters(NO_FILTERS)}>
            {text.clear}
          </Button>
        )}
      </div>
      <section
        aria-label={text.title}
        aria-busy={activity.isSearching}
        className={cx('overflow-hidden rounded-2xl border border-line bg-surface shadow-sm', activity.isSearching && 'opacity-70')}
      >
        {!rows && !loadError && <LoadingRows />}
        {loadError && (
          <div className="p-4">
            <Notice tone="bad" title={text.loadFailed} action={<Button onClick={activity.tryAgain}>{words.common.tryAgain}</Button>}>
              {words.failures[asFailure(loadError).code]}
            </Notice>
          </div>
        )}
        {isEmpty &&
          (isFiltered(filters) ? (
            <Empty title={text.noMatch} hint={text.noMatchHint} />
          ) : (
            <Empty title={text.empty} hint={text.emptyHint} />
          ))}
        {rows && !isEmpty && <ActivityRows rows={rows} onOpen={onOpen} />}
      </section>
      {hasOlder && (
        <div className="flex justify-center">
          <Button aria-disabled={isLoadingOlder} onClick={() => !isLoadingOlder && activity.showOlder()}>
            {isLoadingOlder && <Spinner />}
            {isLoadingOlder ? text.loadingOlder : text.showOlder}
          </Button>
        </div>
      )}
    </>
  )
}

function ExportButton({ isDisabled, ...what }: Parameters<typeof useExport>[0] & { isDisabled: boolean }) {
  const text = useWords().activity
  const { rows, begin, cancel } = useExport(what)
  const isExporting = rows !== null
  return (
    <div className="flex items-center gap-3">
      <output className="flex items-center gap-2 text-sm text-muted tabular-nums">
        {isExporting && (
          <>
            <Spinner />
            {text.exporting(rows)}
          </>
        )}
      </output>
      {/* One button, so that whoever pressed it is still at it when the export is done. */}
      <Button disabled={!isExporting && isDisabled} onClick={() => (isExporting ? cancel() : void begin())}>
        {!isExporting && <Download aria-hidden className="size-4 text-muted" />}
        {isExporting ? text.cancelExport : text.export}
      </Button>
    </div>
  )
}

function Empty({ title, hint }: { title: string; hint: string }) {
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <span className="mb-4 flex size-12 items-center justify-center rounded-full bg-raised text-muted">
        <ScrollText aria-hidden className="size-5" />
      </span>
      <p className="font-medium">{title}</p>
      <p className="mt-1 max-w-sm text-sm text-balance text-muted">{hint}</p>
    </div>
  )
}

function LoadingRows() {
  const words = useWords()
  return (
    <div className="divide-y divide-line">
      <output className="sr-only">{words.common.loading}</output>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="flex h-14 items-center gap-6 px-5">
          <Skeleton className="h-3.5 w-36" />
          <Skeleton className="h-3 w-16 max-sm:hidden" />
          <Skeleton className="h-3 w-32 max-sm:hidden" />
          <Skeleton className="ml-auto h-6 w-20 rounded-full" />
        </div>
      ))}
    </div>
  )
}
