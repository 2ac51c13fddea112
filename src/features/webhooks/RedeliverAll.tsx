import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import type { Deliveries } from './useDeliveries.ts'

/** Sends everything again that was given up, after asking; nothing where nothing was. */
export function RedeliverAll({ deliveries: { anyDead, redeliverDead }, isEnabled }: { deliveries: Deliveries; isEnabled: boolean }) {
  const { common } = useWords()
  const text = useWebhookWords().deliveries
  const [isAsking, setAsking] = useState(false)
  const isPending = redeliverDead.isPending
  if (!isAsking && !(anyDead && isEnabled)) return null
  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        <RotateCw aria-hidden className="size-4 text-muted" />
        {text.redeliverAll}
      </Button>
      {isAsking && (
        <AlertDialog
          title={text.redeliverAllTitle}
          description={text.redeliverAllBody}
          onEscape={() => setAsking(false)}
          actions={
            <>
              <AlertDialogCancel asChild>
                <Button onClick={() => setAsking(false)}>{common.cancel}</Button>
              </AlertDialogCancel>
              <Button
                look="primary"
                aria-disabled={isPending}
                onClick={() => !isPending && redeliverDead.mutate(undefined, { onSettled: () => setAsking(false) })}
              >
                {isPending && <Spinner />}
                {text.redeliver}
              </Button>
            </>
          }
        >
          {null}
        </AlertDialog>
      )}
    </>
  )
}
