import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Answer, Post } from '../webhooks/post.ts'

const TRY_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30]
const RESULTS = ['1xx', '2xx', '3xx', '4xx', '5xx', 'unanswered'] as const

/** How webhooks are taken by whoever wants them. Returns how to watch what sends. */
export function createWebhookMetrics(registry: Registry, clock: Clock): (post: Post) => Post {
  const registers = [registry]
  const tries = new Counter({
    name: 'latchkey_webhook_tries_total',
    help: 'Tries to deliver a webhook, by the status of the answer; unanswered where none came, or none was allowed to.',
    labelNames: ['result'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'latchkey_webhook_try_seconds',
    help: 'How long tries to deliver a webhook took.',
    buckets: TRY_SECONDS,
    registers,
  })
  for (const result of RESULTS) tries.inc({ result }, 0)

  return (post) => async (request, signal) => {
    const begunAt = clock.now()
    const answer = await post(request, signal)
    seconds.observe(Math.max(0, clock.now() - begunAt) / 1000)
    tries.inc({ result: resultOf(answer) })
    return answer
  }
}

function resultOf(answer: Answer): (typeof RESULTS)[number] {
  return 'failure' in answer ? 'unanswered' : (RESULTS[Math.floor(answer.status / 100) - 1] ?? 'unanswered')
}
