import type { Result } from '#domain/errors.ts'
import { MessageId } from '#domain/message.ts'
import type { SessionView } from '#domain/observation.ts'
import { LIST_ROUTE, SESSION_ROUTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import type { Look } from '#domain/snapshot.ts'
import type { ClearEngine, Completed } from '../clear/clear.ts'
import { DatabaseError } from '../database.ts'
import type { Engine } from '../engine.ts'
import { NotHeld } from '../fleet/mirror.ts'
import type { Follower } from '../follow/follow.ts'
import type { Names } from '../names/names.ts'
import type { Messages } from '../outbox/messages.ts'
import type { LinkLimit } from '../session/link-limit.ts'
import type { Supervisor } from '../session/supervisor.ts'
import { bodyOf } from './body.ts'
import { tooMuch } from './command-limit.ts'
import type { LinkStreams } from './link-stream.ts'
import { sessionOfNumber } from './named-session.ts'
import { Refusal } from './refusal.ts'
import type { Call, Handler, Route } from './server.ts'

type Options = {
  supervisor: Supervisor
  messages: Messages
  names: Names
  clear: ClearEngine
  holdings: Engine['holdings']
  follower: Follower
  streams: LinkStreams
  linkLimit: LinkLimit
  settled: Engine['settled']
}

/** The worker's routes: each looks at the database first, then answers with what the worker holds. */
export function createRoutes({ supervisor, messages, names, clear, holdings, follower, streams, linkLimit, settled }: Options): Route[] {
  const needReady = (): void => {
    if (!follower.isReady()) throw new Refusal('not_ready', 'The worker has not read the database yet.')
  }
  /** To be asked once for a call: what it leads to may change which number a session has. */
  const idOf = ({ session, claims }: Call): string => {
    needReady()
    if (session === null) throw new Refusal('not_found', 'There is no such session.')
    return 'id' in session ? session.id : sessionOfNumber(session.phoneNumber, supervisor.viewsOf(claims.organization_id))
  }
  /**
   * Refuses whom it does not belong to, with the same words as where there is nothing. What another worker holds is left to that one,
   * whatever memory still has of it.
   */
  const refuseOthers = ({ session, orders, held }: Look, { claims }: Call): void => {
    const owners = [session?.organization_id, ...orders.map((order) => order.organization_id)]
    if (!owners.includes(claims.organization_id)) throw new Refusal('not_found', 'There is no such session.')
    if (held === false) throw notHolder()
  }
  /** Reads and applies what is wanted now. A session that is lost while it is fetched is another worker's, too. */
  const read = async (id: string): Promise<Look> => {
    try {
      return await follower.look(id)
    } catch (error) {
      throw error instanceof NotHeld ? notHolder() : error
    }
  }
  const lookAt = async (id: string, call: Call): Promise<void> => refuseOthers(await read(id), call)
  /** For questions that memory can answer while the database is away. */
  const known = (id: string, { claims }: Call): SessionView => {
    const row = supervisor.rowOf(id)
    const view = row && row.organization_id === claims.organization_id ? supervisor.view(id) : null
    if (!view) throw new Refusal('not_found', 'There is no such session.')
    return view
  }
  const look = async (call: Call): Promise<SessionView> => {
    const id = idOf(call)
    await lookAt(id, call)
    return known(id, call)
  }
  const lookOrRemember = async (call: Call): Promise<SessionView> => {
    const id = idOf(call)
    try {
      await lookAt(id, call)
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
    }
    return known(id, call)
  }

  const tooManyLinks = (id: string, { claims }: Call): Refusal =>
    tooMuch('Too many links were begun.', linkLimit.waitMs({ id, organization_id: claims.organization_id }))
  /** A link that was asked for and is not begun yet is told as that, not as one that has ended (LNK-12). */
  const begun = (view: SessionView, call: Call): SessionView => {
    if (supervisor.isHeldBack(view.sessionId)) throw tooManyLinks(view.sessionId, call)
    return view
  }

  const clearNow = async (call: Call): Promise<unknown> => {
    const { orderId: wanted } = bodyOf('clear', call.body)
    const id = idOf(call)
    const mine = (done: Completed | null) =>
      done && done.receipt.sessionId === id && done.organizationId === call.claims.organization_id ? done.receipt : null
    const done = wanted ? mine(clear.receiptOf(wanted)) : null
    if (done) return done
    const look = await read(id)
    const { orders, session } = look
    const order = wanted ? orders.find((one) => one.id === wanted) : orders.at(-1)
    // A pass may have carried it out while the database was read.
    const meanwhile = wanted && !order ? mine(await clear.settled(wanted)) : null
    if (meanwhile) return meanwhile
    refuseOthers(look, call)
    if (!order || order.organization_id !== call.claims.organization_id) {
      throw new Refusal('order_missing', 'There is no open order to clear this session.', { session: session !== null })
    }
    return clear.accept(order)
  }

  const handlers: Record<SessionRoute, Handler> = {
    start: async (call) => begun(await look(call), call),
    stop: look,
    async link(call) {
      const view = begun(await lookOrRemember(call), call)
      return streams.open(call, supervisor.board(view.sessionId), view)
    },
    status: lookOrRemember,
    async qr(call) {
      const view = begun(await lookOrRemember(call), call)
      const qr = supervisor.lookAtQr(view.sessionId)
      if (!qr) throw new Refusal('link_ended', 'There is no QR now.')
      return qr
    },
    async pairingCode(call) {
      const { phoneNumber } = bodyOf('pairingCode', call.body)
      const { sessionId } = begun(await look(call), call)
      // Each is asked of WhatsApp, and what is asked too often there is refused to the account, not to us.
      if (!linkLimit.take({ id: sessionId, organization_id: call.claims.organization_id })) throw tooManyLinks(sessionId, call)
      return valueOf(await supervisor.pairingCode(sessionId, phoneNumber))
    },
    async groups(call) {
      const { sessionId } = await lookOrRemember(call)
      return valueOf(await names.groups(sessionId))
    },
    async contacts(call) {
      const { sessionId } = await lookOrRemember(call)
      return valueOf(names.contacts(sessionId))
    },
    async messages(call) {
      const text = bodyOf('messages', call.body)
      const { sessionId } = await look(call)
      const queued = valueOf(messages.queue(sessionId, text, call.claims))
      // Whoever takes the session over must find it.
      await settled(sessionId)
      return queued
    },
    async outbox(call) {
      const { sessionId } = await lookOrRemember(call)
      return { messages: valueOf(messages.list(sessionId)) }
    },
    async emptyOutbox(call) {
      const { sessionId } = await look(call)
      return { removed: valueOf(messages.empty(sessionId, call.claims)) }
    },
    async removeText(call) {
      if (!MessageId.safeParse(call.message).success) {
        throw new Refusal('invalid_input', 'message: not the id of a text.', { field: 'message' })
      }
      const { sessionId } = await look(call)
      const removed = valueOf(messages.remove(sessionId, call.message))
      if (removed === 0) throw new Refusal('not_found', 'There is no such text in the queue.')
      return { removed }
    },
    async sent(call) {
      const { sessionId } = await lookOrRemember(call)
      return { messages: valueOf(messages.sent(sessionId)) }
    },
    async holdings(call) {
      const { sessionId, generation } = await lookOrRemember(call)
      return holdings(sessionId, generation)
    },
    clear: clearNow,
    delete: clearNow,
  }

  const perSession = (Object.keys(SESSION_ROUTES) as SessionRoute[]).map((name): Route => {
    const { method, path } = SESSION_ROUTES[name]
    return { name, method, path: `/api/sessions/:session${path}`, handle: handlers[name] }
  })
  const list: Handler = async ({ claims }) => {
    needReady()
    return { sessions: supervisor.viewsOf(claims.organization_id) }
  }
  return [{ name: 'list', ...LIST_ROUTE, handle: list }, ...perSession]
}

const notHolder = (): Refusal => new Refusal('not_holder', 'Another worker holds this session.')

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Refusal(result.code, result.message, result.detail)
  return result.value
}
