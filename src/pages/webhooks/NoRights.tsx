import { ADDRESSES } from '../../lib/addresses.ts'
import { DeadEnd } from '../../ui/dead-end.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'

/** For agents: webhooks are for owners and admins. */
export function NoRights() {
  const { activity } = useWords()
  const words = useWebhookWords()
  return <DeadEnd title={activity.noRights} hint={words.noRightsHint} href={ADDRESSES.devices} onward={activity.backToDevices} />
}
