import { type DisabledReason, WEBHOOK_FAILING_DAYS } from '#domain/webhook.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'

type OffNoticeProps = { reason: DisabledReason | null; isBusy: boolean; onSwitchOn: () => void }

/** Why an endpoint is off, and the way back. */
export function OffNotice({ reason, isBusy, onSwitchOn }: OffNoticeProps) {
  const words = useWebhookWords()
  const hint = {
    manual: words.offHint,
    failing: words.givenUpHint.failing(WEBHOOK_FAILING_DAYS),
    gone: words.givenUpHint.gone,
  }[reason ?? 'manual']
  const isByHand = reason === 'manual' || reason === null
  return (
    <Notice
      tone={isByHand ? 'quiet' : 'warn'}
      title={isByHand ? words.offTitle : words.givenUpTitle}
      action={
        <Button size="small" aria-disabled={isBusy} onClick={onSwitchOn}>
          {isBusy && <Spinner />}
          {words.switchOn}
        </Button>
      }
    >
      {hint}
    </Notice>
  )
}
