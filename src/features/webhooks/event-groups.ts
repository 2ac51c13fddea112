import { WEBHOOK_CHOICES, type WebhookEvent } from '#domain/webhook.ts'
import type { WebhookWords } from '../../words/en/webhooks.ts'

export type EventGroup = keyof WebhookWords['groups']
/** What an endpoint can be told of. A test is not chosen: it comes when it is asked for. */
export type ChosenEvent = Exclude<WebhookEvent, 'ping'>

const GROUP_BY_EVENT: Record<ChosenEvent, EventGroup> = {
  'session.connected': 'devices',
  'session.disconnected': 'devices',
  'session.stopped': 'devices',
  'session.cleared': 'devices',
  'session.link_expired': 'devices',
  'message.sent': 'messages',
  'message.failed': 'messages',
}

/** The events as they are offered, group by group. */
export const EVENT_GROUPS: [EventGroup, ChosenEvent[]][] = [...Map.groupBy(WEBHOOK_CHOICES, (event) => GROUP_BY_EVENT[event])]
