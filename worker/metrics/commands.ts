import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import { SESSION_ROUTES } from '#domain/routes.ts'
import type { Answered } from '../http/answered.ts'

const COMMAND_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The commands of the edge function, each once it was answered. */
export function createCommandMetrics(registry: Registry): (answered: Answered) => void {
  const registers = [registry]
  const commands = new Counter({
    name: 'latchkey_commands_total',
    help: 'Commands by route and result: ok, the code of the refusal, or gone where the caller left before there was an answer.',
    labelNames: ['route', 'result'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'latchkey_command_seconds',
    help: 'How long commands took. Link streams, which last, are left out.',
    labelNames: ['route'] as const,
    buckets: COMMAND_SECONDS,
    registers,
  })
  for (const route of ['list', ...Object.keys(SESSION_ROUTES)]) {
    commands.inc({ route, result: 'ok' }, 0)
    if (route !== 'link') seconds.zero({ route })
  }

  return ({ route, result, ms }) => {
    commands.inc({ route, result })
    if (route !== 'link') seconds.observe({ route }, ms / 1000)
  }
}
