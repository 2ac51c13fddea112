import { randomUUID } from 'node:crypto'
import type { Receipt } from '#domain/clearance.ts'
import type { SessionView } from '#domain/observation.ts'

export function aView(sessionId: string): SessionView {
  return { sessionId, generation: 1, status: 'connecting', reason: null, phoneNumber: null, link: 'starting' }
}

export function aReceipt(sessionId: string, orderId: string = randomUUID()): Receipt {
  return {
    orderId,
    sessionId,
    generations: [1],
    reason: 'reset',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
    remoteUnlink: 'not_linked',
    removed: {
      credentials: { files: 0, bytes: 0 },
      backups: { files: 0, bytes: 0 },
      outbox: { messages: 0 },
      names: 0,
      quarantine: { files: 0, bytes: 0 },
      memory: { socket: false, timers: 0 },
    },
    verifiedAbsent: true,
    resumedAfterCrash: false,
    digest: 'a'.repeat(64),
  }
}
