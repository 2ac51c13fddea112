import { DELIVERY_DAYS, DELIVERY_STATES, type DeliveryState } from '#domain/webhook.ts'
import { Send } from 'lucide-react'
import { useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Notice } from '../../ui/notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { DeliveryDialog } from './DeliveryDialog.tsx'
import { DeliveryRow } from './DeliveryRow.tsx'
import { LoadingRows } from './LoadingRows.tsx'
import { Nothing } from './Nothing.tsx'
import { RedeliverAll } from './RedeliverAll.tsx'
import { useDeliveries } from './useDeliveries.ts'

type DeliveriesProps = {
  endpointId: string
  /** Else nothing can be sent again. */
  isEnabled: boolean
  /** `null`: in any. */
  state: DeliveryState | null
  onState: (state: DeliveryState | null) => void
}

/** What an endpoint was told, or is to be told: looked through, looked into, and sent again. */
export function Deliveries({ endpointId, isEnabled, state, onState }: DeliveriesProps) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const text = words.deliveries
  const deliveries = useDeliveries(endpointId, state)
  const [openId, setOpenId] = useState<string | null>(null)
  const { rows, loadError, isSearching, hasOlder, isLoadingOlder } = deliveries
  const isEmpty = rows?.length === 0
  return (
    <section aria-labelledby="deliveries-title" className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id="deliveries-title" className="text-[0.9375rem] font-semibold tracking-tight">
          {text.title}
        </h2>
        <RedeliverAll deliveries={deliveries} isEnabled={isEnabled} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">{text.filter}</legend>
          {([null, ...DELIVERY_STATES] as const).map((one) => (
            <Button
              key={one ?? 'all'}
              size="small"
              look={one === state ? 'secondary' : 'ghost'}
              aria-pressed={one === state}
              onClick={() => onState(one)}
            >
              <span className="first-letter:uppercase">{one === null ? text.all : words.deliveryStates[one]}</span>
            </Button>
          ))}
        </fieldset>
        <output className="text-note text-muted tabular-nums">
          {rows && !isEmpty && !isSearching && text.shown(rows.length, hasOlder)}
          {isEmpty && !isSearching && <span className="sr-only">{state === null ? text.empty : text.noMatch}</span>}
        </output>
      </div>
      {!rows && !loadError && <LoadingRows />}
      {loadError && (
        <Notice
          tone="bad"
          title={text.loadFailed}
          action={
            <Button size="small" onClick={deliveries.tryAgain}>
              {common.tryAgain}
            </Button>
          }
        >
          {failures[asFailure(loadError).code]}
        </Notice>
      )}
      {isEmpty && (
        <Nothing icon={Send} title={state === null ? text.empty : text.noMatch}>
          {state === null ? text.emptyHint : text.noMatchHint}
        </Nothing>
      )}
      {rows && !isEmpty && (
        <ul
          aria-labelledby="deliveries-title"
          aria-busy={isSearching}
          className={cx(
            'divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-sm',
            isSearching && 'opacity-70',
          )}
        >
          {rows.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              isEnabled={isEnabled}
              isRedelivering={deliveries.redeliver.isPending && deliveries.redeliver.variables === delivery.id}
              onRedeliver={() => deliveries.redeliver.mutate(delivery.id)}
              onOpen={() => setOpenId(delivery.id)}
            />
          ))}
        </ul>
      )}
      {hasOlder ? (
        <div className="flex justify-center">
          <Button aria-disabled={isLoadingOlder} onClick={() => !isLoadingOlder && deliveries.showOlder()}>
            {isLoadingOlder && <Spinner />}
            {isLoadingOlder ? text.loadingOlder : text.older}
          </Button>
        </div>
      ) : (
        rows && !isEmpty && <p className="text-note text-muted">{text.kept(DELIVERY_DAYS)}</p>
      )}
      {openId && <DeliveryDialog endpointId={endpointId} deliveryId={openId} onClose={() => setOpenId(null)} />}
    </section>
  )
}
