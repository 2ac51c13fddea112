import { Plus, Webhook } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useOrganization } from '../../features/organization/organization.ts'
import { mayChange, type Organization } from '../../features/organization/organization-queries.ts'
import { EndpointDialog } from '../../features/webhooks/EndpointDialog.tsx'
import { EndpointList } from '../../features/webhooks/EndpointList.tsx'
import { LoadingRows } from '../../features/webhooks/LoadingRows.tsx'
import { Nothing } from '../../features/webhooks/Nothing.tsx'
import { SecretDialog } from '../../features/webhooks/SecretDialog.tsx'
import { useEndpoints } from '../../features/webhooks/useEndpoints.ts'
import type { Created } from '../../features/webhooks/webhook-queries.ts'
import { webhookAddress } from '../../lib/addresses.ts'
import { asFailure } from '../../lib/failure.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { NoRights } from './NoRights.tsx'

/** Settings › Webhooks: which servers are told what happens. For owners and admins. */
export default function WebhooksPage() {
  const { current } = useOrganization()
  useTitle(useWebhookWords().title)
  return mayChange(current.role) ? <Endpoints organization={current} /> : <NoRights />
}

function Endpoints({ organization }: { organization: Organization }) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const [, navigate] = useLocation()
  const { endpoints, loadError, tryAgain, create } = useEndpoints(organization.id)
  const [isAdding, setAdding] = useState(false)
  const [created, setCreated] = useState<Created | null>(null)
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-4" />
      {words.add}
    </Button>
  )
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-[min(10rem,100%)] flex-1">
          <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
          <p className="text-sm text-muted">{words.intro}</p>
        </div>
        {endpoints && endpoints.length > 0 && add}
      </div>
      {loadError && (
        <Notice tone="bad" title={words.loadFailed} action={<Button onClick={tryAgain}>{common.tryAgain}</Button>}>
          {failures[asFailure(loadError).code]}
        </Notice>
      )}
      {!endpoints && !loadError && <LoadingRows />}
      {endpoints?.length === 0 && (
        <Nothing icon={Webhook} title={words.empty}>
          <p>{words.emptyHint}</p>
          <div className="mt-5">{add}</div>
        </Nothing>
      )}
      {endpoints && endpoints.length > 0 && <EndpointList endpoints={endpoints} />}
      {isAdding && (
        <EndpointDialog
          onSave={async (draft) => {
            setCreated(await create.mutateAsync(draft))
            setAdding(false)
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {created && <SecretDialog secret={created.secret} onClose={() => navigate(webhookAddress(created.id))} />}
    </div>
  )
}
