import { Plus } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { pageIsUsable } from '../../lib/useFetchedWhenIdle.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useWords } from '../../words/words.ts'
import { NoDevice, NoMatch } from './EmptyList.tsx'
import { FoundCount } from './FoundCount.tsx'
import { SearchField } from './SearchField.tsx'
import type { Look } from './session-queries.ts'
import { LoadingRows, SessionRows } from './SessionRows.tsx'
import type { RowOrders } from './SessionRow.tsx'
import { StateFilter } from './StateFilter.tsx'
import type { ListFilter, ShowAround } from './useListView.ts'

type SessionListProps = {
  look: Look | undefined
  isLoading: boolean
  isSearching: boolean
  loadError: Error | null
  onReload: () => void
  outdated: boolean
  mayChange: boolean
  deleting: ReadonlySet<string>
  filter: ListFilter
  onView: ShowAround
  onConnect: () => void
  orders: RowOrders
}

/** The card with the organisation's devices. */
export function SessionList({ look, isLoading, loadError, onReload, mayChange, filter, onConnect, ...rows }: SessionListProps) {
  const words = useWords()
  const field = useRef<HTMLInputElement>(null)
  const isEmpty = look?.all === 0
  useEffect(() => {
    if (!isLoading) pageIsUsable()
  }, [isLoading])
  const clear = () => {
    filter.clear()
    // The button that did it is gone.
    field.current?.focus()
  }
  return (
    <section aria-labelledby="devices" className="overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-3 border-b border-line px-4 py-3 sm:px-5">
        <div className="flex min-h-10 min-w-0 flex-1 flex-col justify-center">
          <div className="flex items-baseline gap-2">
            <h2 id="devices" className="text-[0.9375rem] font-semibold tracking-tight">
              {words.list.title}
            </h2>
            <FoundCount look={look} isSearching={rows.isSearching} />
          </div>
          {!mayChange && <p className="mt-0.5 text-note text-muted">{words.list.readOnly}</p>}
        </div>
        {!isEmpty && (
          <div className="flex gap-2 max-sm:order-last max-sm:basis-full sm:w-80">
            <SearchField field={field} value={filter.query} onChange={filter.search} onSettle={filter.settle} />
            <StateFilter counts={look?.counts ?? {}} state={filter.state} onChoose={filter.choose} />
          </div>
        )}
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
      {look && look.total > 0 && <SessionRows look={look} mayChange={mayChange} {...rows} />}
      {look?.total === 0 && (isEmpty ? <NoDevice mayChange={mayChange} /> : <NoMatch onClear={clear} />)}
    </section>
  )
}
