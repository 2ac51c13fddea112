import type { IncomingHttpHeaders } from 'node:http'
import Fastify from 'fastify'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERROR_STATUS, errorBody } from '#domain/errors.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import type { CommandClaims } from '#domain/command.ts'
import { DatabaseError } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { StorageError } from '../store/storage-error.ts'
import { ANSWER_HEADERS } from './answer-headers.ts'
import { requestIdOf, whenAnswered } from './answered.ts'
import type { Answered, Findings, RouteName } from './answered.ts'
import type { CommandLimit } from './command-limit.ts'
import type { CommandVerifier } from './command.ts'
import { CONNECTION_LIMITS } from './connection-limits.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { readNamedSession } from './named-session.ts'
import type { NamedSession } from './named-session.ts'
import { refuseUnparsed } from './parser-refusal.ts'
import { Refusal } from './refusal.ts'

/** `session`: as the path names it; `null` for routes without one. `message`: the one in the path, unchecked. */
export type Call = {
  claims: CommandClaims
  session: NamedSession | null
  message: string
  body: string
  reply: FastifyReply
}
export type Handler = (call: Call) => Promise<unknown>
export type Route = { name: RouteName; method: 'GET' | 'POST' | 'DELETE'; path: string; handle: Handler }

/** `type`: of a body that is a text; else it is JSON. */
export type OpenAnswer = { status: number; body: unknown; type?: string }

/** Serves `routes` to holders of a signed command, and `open` to everybody. Every error has the shape of `domain/errors.ts`. */
export function createServer(options: {
  verify: CommandVerifier
  limit: CommandLimit
  connections?: ConnectionLimits
  routes: readonly Route[]
  open: Record<string, (headers: IncomingHttpHeaders) => OpenAnswer | Promise<OpenAnswer>>
  log: Log
  /** Told of each command once, when its answer is over. */
  answered?: (answered: Answered) => void
}): FastifyInstance {
  const { verify, limit, connections = CONNECTION_LIMITS, routes, open, log, answered = () => {} } = options
  /** What is known of the commands that are being answered. */
  const findingsOf = new WeakMap<FastifyRequest, Findings>()
  const tell = (one: Answered): void => {
    log.info({ ...one }, 'a command was answered')
    answered(one)
  }
  const server = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: connections.requestMs,
    connectionTimeout: connections.stalledMs,
    keepAliveTimeout: connections.keepAliveMs,
    maxRequestsPerSocket: connections.requestsPerConnection,
    http: {
      headersTimeout: connections.headersMs,
      maxHeaderSize: connections.headerBytes,
      connectionsCheckingInterval: connections.checkMs,
    },
    clientErrorHandler: refuseUnparsed,
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (_error, _request, reply) =>
      void send(reply, 'invalid_input', 'session: the path cannot be read.', { field: 'session' }),
  })

  server.server.maxConnections = connections.connections
  server.addHook('onRequest', async (_request, reply) => void reply.headers(ANSWER_HEADERS))

  // The router would cut a scheme, a host and a fragment off: one spelling for each route, and what is signed is what is routed.
  server.addHook('onRequest', async ({ raw: { url = '' } }) => {
    if (!/^\/(?!\/)[^#\\]*$/.test(url)) throw new Refusal('invalid_input', 'path: not one of this worker.', { field: 'path' })
  })

  // The hash in a command covers the body's bytes, so bodies are read as text and parsed by whoever wants them.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  for (const { name, method, path, handle } of routes) {
    server.route({
      method,
      url: path,
      onRequest: async (request, reply) => void findingsOf.set(request, whenAnswered(request.id, name, reply.raw, tell)),
      async handler(request, reply) {
        const findings = findingsOf.get(request)
        const { session: named, message = '' } = request.params as { session?: string; message?: string }
        const session = named === undefined ? null : readNamedSession(named)
        // A phone number is nobody's before the command says whose sessions are meant; the path that holds it is signed.
        const sessionId = session && 'id' in session ? session.id : null
        if (findings) findings.session = sessionId
        const body = typeof request.body === 'string' ? request.body : ''
        const { authorization } = request.headers
        const verdict = await verify({ authorization, method: request.method, path: request.raw.url ?? '', body, sessionId })
        if (!verdict.ok) throw new Refusal(verdict.code, verdict.message, verdict.detail)
        if (findings) findings.organization = verdict.value.organization_id
        limit(verdict.value, method)
        return handle({ claims: verdict.value, session, message, body, reply })
      },
    })
  }
  for (const [path, answer] of Object.entries(open)) {
    server.get(path, async (request, reply) => {
      const { status, body, type } = await answer(request.headers)
      if (type !== undefined) reply.type(type)
      return reply.code(status).send(body)
    })
  }

  server.setNotFoundHandler((request, reply) => {
    const allowed = allowedMethods(request, routes, server)
    if (allowed.length === 0) return send(reply, 'not_found', 'There is no such route.')
    return send(reply.header('allow', allowed.join(', ')), 'method_not_allowed', `This route knows ${allowed.join(', ')}.`)
  })
  server.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const refuse = (code: ErrorCode, message: string, detail?: Record<string, unknown>): FastifyReply => {
      const findings = findingsOf.get(request)
      if (findings) findings.refused = code
      return send(reply, code, message, detail)
    }
    if (error instanceof Refusal) return refuse(error.code, error.message, error.detail)
    if (error instanceof DatabaseError) return refuse('database_unavailable', 'The database did not answer.')
    if (error instanceof StorageError) return refuse('storage_failed', error.message)
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return refuse('storage_failed', 'The disk is full; nothing was lost.')
    const status = 'statusCode' in error ? error.statusCode : undefined
    if (status === 413) return refuse('payload_too_large', `A body has at most ${MAX_BODY_BYTES} bytes.`)
    if (status !== undefined && status >= 400 && status < 500) return refuse('invalid_input', 'The request cannot be read.')
    log.error({ request: request.id, error: reasonOf(error) }, 'a request failed')
    return refuse('internal', 'Something went wrong here.')
  })
  return server
}

function send(reply: FastifyReply, code: ErrorCode, message: string, detail?: Record<string, unknown>): FastifyReply {
  const { retryAfterSeconds } = detail ?? {}
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', retryAfterSeconds)
  return reply
    .code(ERROR_STATUS[code])
    .headers(ANSWER_HEADERS)
    .send(errorBody(code, message, detail))
}

/** A path without variables; only such a one may be asked for as a route's own, for the router reads others as patterns. */
const PLAIN_PATH = /^\/[a-z]+(\.json)?$/

function allowedMethods(request: FastifyRequest, routes: readonly Route[], server: FastifyInstance): string[] {
  const path = (request.raw.url ?? '').split('?')[0] ?? ''
  if (PLAIN_PATH.test(path)) return ['GET', 'POST'].filter((method) => server.hasRoute({ method, url: path }))
  const matches = (pattern: string): boolean => new RegExp(`^${pattern.replaceAll(/:[a-z]+/g, '[^/]+')}$`).test(path)
  const methods = routes.filter((route) => matches(route.path)).map((route) => route.method as string)
  return [...new Set(methods)]
}
