import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '#domain/errors.ts'
import { REQUEST_ID_HEADER, readRequestId } from '#domain/request-id.ts'
import type { SessionRoute } from '#domain/routes.ts'

export type RouteName = SessionRoute | 'list'

/**
 * A command that was answered. `request`: its id. `session`: where the path names it by its id, for a phone number is not repeated.
 * `organization`: whose it is, once its command was verified. `result`: `gone` where the caller left before there was an answer.
 */
export type Answered = {
  request: string
  route: RouteName
  session: string | null
  organization: string | null
  status: number
  result: 'ok' | 'gone' | ErrorCode
  ms: number
}

/** What is found out about a command while it is answered. */
export type Findings = { session: string | null; organization: string | null; refused: ErrorCode | null }

/** The id that the edge function gave a request, or a new one: what is sent here is anybody's text until it is read as one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const sent = headers[REQUEST_ID_HEADER]
  return readRequestId(typeof sent === 'string' ? sent : null) ?? randomUUID()
}

/** Calls `told` once, when the answer to a command is over: sent to its end, a stream too, or broken off. */
export function whenAnswered(request: string, route: RouteName, raw: ServerResponse, told: (answered: Answered) => void): Findings {
  const findings: Findings = { session: null, organization: null, refused: null }
  const begunAt = performance.now()
  raw.once('close', () => {
    const { refused, session, organization } = findings
    const result = refused ?? (raw.headersSent ? 'ok' : 'gone')
    told({ request, route, session, organization, status: raw.statusCode, result, ms: Math.round(performance.now() - begunAt) })
  })
  return findings
}
