import type { DeliveryState } from '#domain/webhook.ts'
import type { BadgeDot, BadgeTone } from '../../ui/badge.tsx'

export const DELIVERY_BADGES: Record<DeliveryState, { tone: BadgeTone; dot: BadgeDot }> = {
  waiting: { tone: 'quiet', dot: 'half' },
  delivered: { tone: 'good', dot: 'full' },
  dead: { tone: 'bad', dot: 'empty' },
}
