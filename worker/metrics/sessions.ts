import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { STATUS_REASONS } from '#domain/reasons.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { SESSION_EVENTS, SESSION_STATES } from '#domain/session.ts'
import type { SessionEvent } from '#domain/session.ts'
import type { Supervisor } from '../session/supervisor.ts'
import { readGauge } from './read-gauge.ts'

/** By these a linked session goes offline against anybody's wish. */
const IS_LOSS: Partial<Record<SessionEvent, true>> = { dropped: true, replaced: true, gave_up: true, refused: true, unlinked: true }

/** What the sessions are, and what happens to them. */
export function createSessionMetrics(registry: Registry) {
  const registers = [registry]
  const events = new Counter({
    name: 'latchkey_session_events_total',
    help: 'What happened to sessions, in the words of the table of transitions.',
    labelNames: ['event'] as const,
    registers,
  })
  const losses = new Counter({
    name: 'latchkey_session_losses_total',
    help: 'Linked sessions that went offline unasked, by the reason that their row says.',
    labelNames: ['reason'] as const,
    registers,
  })
  for (const event of SESSION_EVENTS) events.inc({ event }, 0)
  for (const reason of STATUS_REASONS) losses.inc({ reason }, 0)

  return {
    heard(event: SessionEvent, reason: StatusReason | null): void {
      events.inc({ event })
      if (IS_LOSS[event] && reason !== null) losses.inc({ reason })
    },
    follow(supervisor: Pick<Supervisor, 'knownIds' | 'view' | 'runningCount'>, capacity: number): void {
      const states = new Gauge({
        name: 'latchkey_sessions',
        help: 'Sessions that this worker knows, by state.',
        labelNames: ['state'] as const,
        registers,
        collect() {
          for (const state of SESSION_STATES) states.set({ state }, 0)
          for (const id of supervisor.knownIds()) states.inc({ state: supervisor.view(id)?.status ?? 'disconnected' })
        },
      })
      readGauge(
        registry,
        'latchkey_sessions_running',
        'Sessions that are online, on their way there, or being linked.',
        supervisor.runningCount,
      )
      readGauge(registry, 'latchkey_sessions_capacity', 'Sessions that this worker is meant for.', () => capacity)
    },
  }
}
