import { Link } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'

/** For agents: webhooks are for owners and admins. */
export function NoRights() {
  const { activity } = useWords()
  const words = useWebhookWords()
  return (
    <div className="py-16 text-center">
      <h1 className="text-xl font-semibold tracking-tight">{activity.noRights}</h1>
      <p className="mx-auto mt-1 max-w-md text-sm text-balance text-muted">{words.noRightsHint}</p>
      <Link
        href={ADDRESSES.devices}
        className="mt-3 inline-flex min-h-9 items-center text-sm font-medium text-brand underline-offset-4 hover:underline"
      >
        {activity.backToDevices}
      </Link>
    </div>
  )
}
