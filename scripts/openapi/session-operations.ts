import type * as z from 'zod/mini'
import { OPERATIONS } from '#domain/api.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { SESSION_ROUTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Entry } from './catalogue.ts'
import type { createRefusals } from './refusals.ts'
import { refTo } from './shape.ts'
import type { Body, Content, Method, OperationObject, PathItem, Reference, Response } from './shape.ts'

const TAG: Record<SessionRoute, string> = {
  start: 'Sessions',
  stop: 'Sessions',
  status: 'Sessions',
  clear: 'Sessions',
  delete: 'Sessions',
  link: 'Linking',
  qr: 'Linking',
  pairingCode: 'Linking',
  groups: 'Names',
  contacts: 'Names',
  messages: 'Texts',
  outbox: 'Texts',
  emptyOutbox: 'Texts',
  removeText: 'Texts',
  sent: 'Texts',
  holdings: 'Sessions',
}

/** What a reader must know beside the summary. */
const MORE: Partial<Record<SessionRoute, string>> = {
  clear: 'The same order gives the same receipt, however often it is asked for.',
  delete: 'A session that is gone already answers with the receipt of its order.',
  holdings:
    'These are the counts that a receipt will have under `removed`, where nothing changes in between. A session without anything has zeros.',
  sent: 'Kept in memory only: a stop, a new link, a clear or a restart of the worker forgets it. Texts that WhatsApp has not taken are in the queue.',
  messages: 'The text is on disk before it is answered for, keeps its id at every try, and arrives once.',
}

type Options = {
  prefix: string
  security: OperationObject['security']
  refusals: ReturnType<typeof createRefusals>
  /** What every call takes beside its own. */
  parameters?: readonly Reference[]
  /** The calls whose body may be missing, beside a clear. */
  optionalBodies?: ReadonlySet<SessionRoute>
  /** What each call can meet beside its own. */
  common(route: SessionRoute): readonly ErrorCode[]
  /** Who may, in words; nothing where that was judged before. */
  who?: Record<'members' | 'admins', string>
}

/** The calls that name a session, as paths. */
export function sessionPaths({
  prefix,
  security,
  refusals,
  parameters = [],
  optionalBodies = new Set(),
  common,
  who,
}: Options): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const route of Object.keys(SESSION_ROUTES) as SessionRoute[]) {
    const { method, path } = SESSION_ROUTES[route]
    const { summary, body, answer, roles, refusals: own } = OPERATIONS[route]
    const description = [who?.[roles], MORE[route]].filter(Boolean).join(' ')
    const at = (paths[`${prefix}/{session}${path.replaceAll(/:([a-z]+)/g, '{$1}')}`] ??= {})
    at[method.toLowerCase() as Method] = {
      operationId: route,
      summary,
      ...(description && { description }),
      tags: [TAG[route]],
      security,
      parameters: [refTo('parameters', 'session'), ...(path.includes(':message') ? [refTo('parameters', 'message')] : []), ...parameters],
      ...(body && { requestBody: bodyOf(body, route === 'clear' || optionalBodies.has(route)) }),
      responses: {
        200: answer === 'stream' ? STREAM : answerOf(answer),
        ...refusals.of([...common(route), ...own]),
      },
    }
  }
  return paths
}

/** A JSON body of `schema`, which must be in the catalogue. */
export function bodyOf(schema: z.core.$ZodType, optional: boolean): Body {
  const entry = find(schema)
  return { description: entry.says, required: !optional, content: jsonOf(entry) }
}

/** The answer that holds a value of `schema`, which must be in the catalogue. */
export function answerOf(schema: z.core.$ZodType): Response {
  const entry = find(schema)
  return { description: entry.says, content: jsonOf(entry) }
}

function jsonOf({ name }: Entry): Content {
  return { 'application/json': { schema: refTo('schemas', name) } }
}

function find(schema: z.core.$ZodType): Entry {
  const found = Object.values(CATALOGUE)
    .flat()
    .find((entry) => entry.schema === schema)
  if (!found) throw new Error('a schema of an operation is not in the catalogue')
  return found
}

const STREAM: Response = {
  description:
    'Server-sent events. What is current comes at once, then each change; the stream ends after `connected` or `ended`, and with `retry` when it should be opened anew. A line that begins with a colon only shows that the stream lives.',
  content: {
    'text/event-stream': {
      schema: { type: 'string', description: 'Events as `x-events` describes them.' },
      example:
        'event: status\ndata: {"step":"starting","status":"connecting","reason":null,"phoneNumber":null}\n\n' +
        'event: qr\ndata: {"qr":"2@h7Qx…","expiresAt":"2026-11-22T14:05:09.120Z","number":1}\n\n',
      'x-events': refTo('schemas', 'LinkEvent'),
    },
  },
}
