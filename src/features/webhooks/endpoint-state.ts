import type { BadgeDot, BadgeTone } from '../../ui/badge.tsx'
import type { WebhookWords } from '../../words/en/webhooks.ts'
import type { Endpoint } from './webhook-queries.ts'

export type EndpointState = keyof WebhookWords['states']

/** How an endpoint is: it fails from the first call that was not taken until one is. */
export function endpointState({ enabled, disabled_reason, failing_since, last }: EndpointFacts): EndpointState {
  if (!enabled) return disabled_reason === 'manual' ? 'off' : 'given_up'
  if (failing_since !== null) return 'failing'
  return last ? 'working' : 'new'
}

type EndpointFacts = Pick<Endpoint, 'enabled' | 'disabled_reason' | 'failing_since' | 'last'>

export const ENDPOINT_BADGES: Record<EndpointState, { tone: BadgeTone; dot: BadgeDot }> = {
  new: { tone: 'quiet', dot: 'empty' },
  working: { tone: 'good', dot: 'full' },
  failing: { tone: 'bad', dot: 'half' },
  off: { tone: 'quiet', dot: 'empty' },
  given_up: { tone: 'warn', dot: 'empty' },
}
