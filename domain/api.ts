import * as z from 'zod/mini'
import { Receipt } from './clearance.ts'
import type { ErrorCode } from './errors.ts'
import { Holdings } from './holdings.ts'
import { CurrentQr } from './link.ts'
import { NewText, Outbox, QueuedText, RemovedTexts, SentTexts } from './message.ts'
import { ContactList, GroupList } from './names.ts'
import { SessionView } from './observation.ts'
import { PairingCode, PairingCodeRequest } from './pairing.ts'
import type { SessionRoute } from './routes.ts'

/** The body of a clear: the order that is meant; without one the edge function stores a new order first. */
export const ClearRequest = z.object({ orderId: z.optional(z.uuid()) })
export type ClearRequest = z.infer<typeof ClearRequest>

/** What a call takes and answers. `roles`: who may. `refusals`: the errors of its own, beside those that any call can meet. */
export type Operation = {
  summary: string
  body: z.ZodMiniType | null
  /** `stream`: server-sent events of `LinkEvent`. */
  answer: z.ZodMiniType | 'stream'
  roles: 'members' | 'admins'
  refusals: readonly ErrorCode[]
}

/**
 * What each session route takes and answers, said once: edge function and worker parse with these, and the API's document is made of them.
 */
export const OPERATIONS = {
  start: {
    summary: 'Brings a session online: begins to link one that is not linked, logs in one that is stopped.',
    body: null,
    answer: SessionView,
    roles: 'admins',
    refusals: [],
  },
  stop: {
    summary: 'Takes a linked session offline and keeps its credentials.',
    body: null,
    answer: SessionView,
    roles: 'admins',
    refusals: ['not_linked'],
  },
  link: {
    summary: 'Follows a link as it happens: QR codes, the pairing code, each step. Ends with `retry` when it should be attached anew.',
    body: null,
    answer: 'stream',
    roles: 'admins',
    refusals: [],
  },
  status: { summary: 'What the worker holds of a session.', body: null, answer: SessionView, roles: 'members', refusals: [] },
  qr: { summary: 'The QR code that can be scanned now.', body: null, answer: CurrentQr, roles: 'admins', refusals: ['link_ended'] },
  pairingCode: {
    summary:
      'A code to type on the phone instead of scanning. Begins a link where none is under way; a newer code makes the older one worthless.',
    body: PairingCodeRequest,
    answer: PairingCode,
    roles: 'admins',
    refusals: ['already_connected', 'link_ended', 'whatsapp_unavailable'],
  },
  clear: {
    summary: 'Resets a session: unlinks it at WhatsApp and erases credentials, backups, queue, names and timers. The row stays.',
    body: ClearRequest,
    answer: Receipt,
    roles: 'admins',
    refusals: ['order_missing'],
  },
  delete: {
    summary: 'Deletes a session that is not online, and erases all that it left.',
    body: null,
    answer: Receipt,
    roles: 'admins',
    refusals: ['session_online', 'order_missing'],
  },
  groups: {
    summary: 'The groups of the linked account: asked of WhatsApp while it is online, else as last kept.',
    body: null,
    answer: GroupList,
    roles: 'members',
    refusals: ['not_linked'],
  },
  contacts: {
    summary: 'The contacts of the linked account, as its phone told them.',
    body: null,
    answer: ContactList,
    roles: 'members',
    refusals: ['not_linked'],
  },
  messages: {
    summary: 'Queues a text. It is sent in turn, also when the session comes online later.',
    body: NewText,
    answer: QueuedText,
    roles: 'admins',
    refusals: ['not_linked', 'rate_limited'],
  },
  outbox: { summary: 'The texts that wait.', body: null, answer: Outbox, roles: 'members', refusals: ['not_linked'] },
  emptyOutbox: {
    summary: 'Takes all texts out of the queue.',
    body: null,
    answer: RemovedTexts,
    roles: 'admins',
    refusals: ['not_linked'],
  },
  removeText: {
    summary: 'Takes one text out of the queue.',
    body: null,
    answer: RemovedTexts,
    roles: 'admins',
    refusals: ['not_linked'],
  },
  sent: {
    summary: 'What became of the texts that were sent since the session was started: with the server, on the phone, read.',
    body: null,
    answer: SentTexts,
    roles: 'members',
    refusals: ['not_linked'],
  },
  holdings: {
    summary: 'What the worker holds of a session on disk, as counts: what a reset or delete would take away now.',
    body: null,
    answer: Holdings,
    roles: 'members',
    refusals: [],
  },
} as const satisfies Record<SessionRoute, Operation>

/** The worker's list: what it holds of one organisation. */
export const SessionViews = z.object({ sessions: z.array(SessionView) })

/** Whether the worker lives, and how many sessions it holds in memory. It says so to everybody. */
export const Health = z.object({ ok: z.literal(true), worker: z.string(), version: z.string(), sessions: z.int() })
/** The worker has read the database and takes commands. */
export const Ready = z.object({ ready: z.literal(true) })

/** The worker's routes that need no signed command. */
export const OPEN_ROUTES = { health: '/health', ready: '/ready', metrics: '/metrics', openapi: '/openapi.json' } as const
