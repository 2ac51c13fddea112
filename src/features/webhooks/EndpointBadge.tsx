import { Badge } from '../../ui/badge.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { ENDPOINT_BADGES, endpointState } from './endpoint-state.ts'
import type { Endpoint } from './webhook-queries.ts'

/** How an endpoint is, in a word. */
export function EndpointBadge({ endpoint }: { endpoint: Endpoint }) {
  const { states } = useWebhookWords()
  const state = endpointState(endpoint)
  return <Badge {...ENDPOINT_BADGES[state]}>{states[state]}</Badge>
}
