import type { IncomingHttpHeaders } from 'node:http'
import { errorBody } from '#domain/errors.ts'
import type { OpenAnswer } from '../http/server.ts'
import type { Metrics } from './metrics.ts'

/** What a reverse proxy adds to what it passes on. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/**
 * Answers Prometheus, which asks the worker itself. What came through a reverse proxy came from elsewhere, and finds nothing here, as with
 * metrics that are switched off (docs/decisions/025).
 */
export function createMetricsDoor(metrics: Metrics | null): (headers: IncomingHttpHeaders) => Promise<OpenAnswer> {
  return async (headers) => {
    if (metrics === null || FORWARDED.some((name) => headers[name] !== undefined)) {
      return { status: 404, body: errorBody('not_found', 'There is no such route.') }
    }
    return { status: 200, body: await metrics.page(), type: metrics.contentType }
  }
}
