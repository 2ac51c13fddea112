import { DELIVERY_STATES } from '#domain/webhook.ts'
import { useEffect } from 'react'
import { useSearchParams } from 'wouter'
import { useOrganization } from '../../features/organization/organization.ts'
import { mayChange } from '../../features/organization/organization-queries.ts'
import { Deliveries } from '../../features/webhooks/Deliveries.tsx'
import { endpointName } from '../../features/webhooks/EndpointAddress.tsx'
import { LoadingRows } from '../../features/webhooks/LoadingRows.tsx'
import { useEndpoints } from '../../features/webhooks/useEndpoints.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { asFailure } from '../../lib/failure.ts'
import { fetchPhoneFormat } from '../../lib/phone-label.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { DeadEnd } from '../../ui/dead-end.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { EndpointSection } from './EndpointSection.tsx'
import { NoRights } from './NoRights.tsx'
import { WebhooksCrumbs } from './WebhooksCrumbs.tsx'

/** Settings › Webhooks › one endpoint: how it is, what may be done with it, and what it was told. */
export default function WebhookPage({ endpointId }: { endpointId: string }) {
  const { current } = useOrganization()
  return mayChange(current.role) ? <Endpoint organizationId={current.id} endpointId={endpointId} /> : <NoRights />
}

function Endpoint({ organizationId, endpointId }: { organizationId: string; endpointId: string }) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const webhooks = useEndpoints(organizationId)
  const [params, setParams] = useSearchParams()
  const endpoint = webhooks.endpoints?.find(({ id }) => id === endpointId)
  useTitle(endpoint ? endpointName(endpoint.url) : words.title)
  // Devices stand in the list by their numbers.
  useEffect(() => void fetchPhoneFormat(), [])
  if (webhooks.endpoints && !endpoint) return <NotFound />
  return (
    <div className="space-y-5">
      <WebhooksCrumbs name={endpoint ? endpointName(endpoint.url) : null} />
      {webhooks.loadError && (
        <Notice tone="bad" title={words.loadFailed} action={<Button onClick={webhooks.tryAgain}>{common.tryAgain}</Button>}>
          {failures[asFailure(webhooks.loadError).code]}
        </Notice>
      )}
      {!endpoint && !webhooks.loadError && <LoadingRows />}
      {endpoint && (
        <>
          <EndpointSection endpoint={endpoint} webhooks={webhooks} />
          <Deliveries
            endpointId={endpoint.id}
            isEnabled={endpoint.enabled}
            state={DELIVERY_STATES.find((known) => known === params.get('state')) ?? null}
            onState={(state) => setParams(state === null ? {} : { state }, { replace: true })}
          />
        </>
      )}
    </div>
  )
}

function NotFound() {
  const words = useWebhookWords()
  useTitle(words.notFound)
  return <DeadEnd title={words.notFound} hint={words.notFoundHint} href={ADDRESSES.webhooks} onward={words.back} />
}
