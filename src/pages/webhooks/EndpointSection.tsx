import { Ellipsis, Send } from 'lucide-react'
import { lazy, useState } from 'react'
import { useLocation } from 'wouter'
import { DeleteDialog } from '../../features/webhooks/DeleteDialog.tsx'
import { EndpointDialog } from '../../features/webhooks/EndpointDialog.tsx'
import { EndpointHeader } from '../../features/webhooks/EndpointHeader.tsx'
import { OffNotice } from '../../features/webhooks/OffNotice.tsx'
import { RotateDialog } from '../../features/webhooks/RotateDialog.tsx'
import { SecretDialog } from '../../features/webhooks/SecretDialog.tsx'
import { TestNotice } from '../../features/webhooks/TestNotice.tsx'
import type { Endpoints } from '../../features/webhooks/useEndpoints.ts'
import { useTest } from '../../features/webhooks/useTest.ts'
import type { Endpoint } from '../../features/webhooks/webhook-queries.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'

const EndpointMenu = lazy(() => import('../../features/webhooks/EndpointMenu.tsx'))

/** One endpoint with all that can be done with it, and what came of it. */
export function EndpointSection({ endpoint, webhooks }: { endpoint: Endpoint; webhooks: Endpoints }) {
  const words = useWebhookWords()
  const [, navigate] = useLocation()
  const { update, setEnabled, remove, rotate } = webhooks
  const test = useTest(endpoint.id)
  const [open, setOpen] = useState<'edit' | 'rotate' | 'delete' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const close = () => setOpen(null)
  const isTesting = test.outcome.step === 'sending'
  const switchTo = (enabled: boolean) => {
    if (!setEnabled.isPending) setEnabled.mutate({ endpoint, enabled })
  }
  return (
    <>
      <EndpointHeader
        endpoint={endpoint}
        actions={
          <div className="flex flex-wrap items-center gap-2">
            {endpoint.enabled && (
              <Button look="primary" size="small" aria-disabled={isTesting} onClick={() => !isTesting && test.send()}>
                {isTesting ? <Spinner /> : <Send aria-hidden className="size-4" />}
                {words.test.send}
              </Button>
            )}
            <Button size="small" onClick={() => setOpen('edit')}>
              {words.edit}
            </Button>
            <LazyMenu
              menu={EndpointMenu}
              isEnabled={endpoint.enabled}
              onRotate={() => setOpen('rotate')}
              onSwitch={() => switchTo(!endpoint.enabled)}
              onDelete={() => setOpen('delete')}
              trigger={
                <Button look="ghost" size="icon" aria-label={words.more}>
                  <Ellipsis aria-hidden className="size-[18px]" />
                </Button>
              }
            />
          </div>
        }
      />
      {!endpoint.enabled && <OffNotice reason={endpoint.disabled_reason} isBusy={setEnabled.isPending} onSwitchOn={() => switchTo(true)} />}
      <TestNotice outcome={test.outcome} onDismiss={test.dismiss} />
      {open === 'edit' && (
        <EndpointDialog
          endpoint={endpoint}
          onSave={async (draft) => {
            await update.mutateAsync({ endpoint, draft })
            close()
          }}
          onClose={close}
        />
      )}
      {open === 'rotate' && (
        <RotateDialog
          onRotate={async (overlapHours) => {
            setSecret(await rotate.mutateAsync({ id: endpoint.id, overlapHours }))
            close()
          }}
          onClose={close}
        />
      )}
      {open === 'delete' && (
        <DeleteDialog
          url={endpoint.url}
          isDeleting={remove.isPending}
          onDelete={() => remove.mutate(endpoint, { onSuccess: () => navigate(ADDRESSES.webhooks), onError: close })}
          onClose={close}
        />
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </>
  )
}
