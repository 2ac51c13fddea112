import * as z from 'zod'
import type { SessionView } from '#domain/observation.ts'
import type { Result } from '#domain/errors.ts'
import { NewText } from '#domain/message.ts'
import { SESSION_ROUTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import type { Look } from '#domain/snapshot.ts'
import type { ClearEngine } from '../clear/clear.ts'
import { DatabaseError } from '../database.ts'
import type { Follower } from '../follow/follow.ts'
import type { Messages } from '../outbox/messages.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { LinkStreams } from './link-stream.ts'
import { Refusal } from './server.ts'
import type { Call, Handler, Route } from './server.ts'

type Options = { supervisor: Supervisor; messages: Messages; clear: ClearEngine; follower: Follower; streams: LinkStreams }

/** The worker's routes: each looks at the database first, then answers with what the worker holds. */
export function createRoutes({ supervisor, messages, clear, follower, streams }: Options): Route[] {
  const needReady = (): void => {
    if (!follower.isReady()) throw new Refusal('not_ready', 'The worker has not read the database yet.')
  }
  const idOf = ({ sessionId }: Call): string => {
    if (sessionId === null) throw new Refusal('not_found', 'There is no such session.')
    return sessionId
  }
  /** Reads and applies what is wanted now; refuses whom it does not belong to, with the same words as where there is nothing. */
  const lookAt = async (call: Call): Promise<Look> => {
    needReady()
    const look = await follower.look(idOf(call))
    const owners = [look.session?.organization_id, ...look.orders.map((order) => order.organization_id)]
    if (!owners.includes(call.claims.organization_id)) throw new Refusal('not_found', 'There is no such session.')
    return look
  }
  /** For questions that memory can answer while the database is away. */
  const known = (call: Call): SessionView => {
    needReady()
    const row = supervisor.rowOf(idOf(call))
    const view = row && row.organization_id === call.claims.organization_id ? supervisor.view(row.id) : null
    if (!view) throw new Refusal('not_found', 'There is no such session.')
    return view
  }
  const lookOrRemember = async (call: Call): Promise<SessionView> => {
    try {
      await lookAt(call)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
    }
    return known(call)
  }

  const handlers: Record<SessionRoute, Handler> = {
    async start(call) {
      await lookAt(call)
      return known(call)
    },
    async stop(call) {
      await lookAt(call)
      return known(call)
    },
    async link(call) {
      const view = await lookOrRemember(call)
      return streams.open(call.reply, supervisor.board(view.sessionId), view)
    },
    status: lookOrRemember,
    async qr(call) {
      const view = await lookOrRemember(call)
      const qr = supervisor.board(view.sessionId).qr()
      if (!qr) throw new Refusal('link_ended', 'There is no QR now.')
      return qr
    },
    async messages(call) {
      await lookAt(call)
      return valueOf(messages.queue(idOf(call), newTextIn(call.body)))
    },
    async outbox(call) {
      await lookOrRemember(call)
      return { messages: valueOf(messages.list(idOf(call))) }
    },
    async emptyOutbox(call) {
      await lookAt(call)
      return { removed: valueOf(messages.empty(idOf(call))) }
    },
    clear: (call) => clearNow(call),
    delete: (call) => clearNow(call),
  }

  const clearNow = async (call: Call): Promise<unknown> => {
    const wanted = orderIn(call.body)
    const done = wanted ? clear.receiptOf(wanted) : null
    if (done && done.receipt.sessionId === call.sessionId && done.organizationId === call.claims.organization_id) return done.receipt
    const { orders, session } = await lookAt(call)
    const order = wanted ? orders.find((one) => one.id === wanted) : orders.at(-1)
    if (!order || order.organization_id !== call.claims.organization_id) {
      throw new Refusal('order_missing', 'There is no open order to clear this session.', { session: session !== null })
    }
    return clear.accept(order)
  }

  const perSession = (Object.keys(SESSION_ROUTES) as SessionRoute[]).map((name): Route => {
    const { method, path } = SESSION_ROUTES[name]
    return { method, path: `/api/sessions/:session${path}`, handle: noStore(handlers[name]) }
  })
  const list: Handler = async ({ claims }) => {
    needReady()
    return { sessions: supervisor.viewsOf(claims.organization_id) }
  }
  return [{ method: 'GET', path: '/api/sessions', handle: noStore(list) }, ...perSession]
}

/** QRs and states are of the moment: nobody may keep them. */
function noStore(handle: Handler): Handler {
  return (call) => {
    call.reply.header('cache-control', 'no-store')
    return handle(call)
  }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Refusal(result.code, result.message, result.detail)
  return result.value
}

/** The text of a body; refuses with the name of the first field that is wrong. */
function newTextIn(body: string): NewText {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new Refusal('invalid_input', 'body: not JSON.', { field: 'body' })
  }
  const parsed = NewText.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'body'
  throw new Refusal('invalid_input', `${field}: ${issue?.message ?? 'not a text'}.`, { field })
}

const ClearBody = z.object({ orderId: z.uuid() })

/** The order that a body names, `null` where there is no body. */
function orderIn(body: string): string | null {
  if (body === '' || body === '{}') return null
  try {
    return ClearBody.parse(JSON.parse(body)).orderId
  } catch {
    throw new Refusal('invalid_input', 'orderId: not the id of an order.', { field: 'orderId' })
  }
}
