import type * as z from 'zod/mini'
import { ClearRequest, Health, Ready, SessionViews } from '#domain/api.ts'
import { Receipt } from '#domain/clearance.ts'
import { ErrorBody } from '#domain/errors.ts'
import { Holdings } from '#domain/holdings.ts'
import { CurrentQr, LinkEvent } from '#domain/link.ts'
import { SessionList, SessionListing } from '#domain/listing.ts'
import { NewText, Outbox, QueuedText, RemovedTexts, SentText, SentTexts } from '#domain/message.ts'
import { Contact, ContactList, Group, GroupList } from '#domain/names.ts'
import { SessionView } from '#domain/observation.ts'
import { PairingCode, PairingCodeRequest } from '#domain/pairing.ts'
import { PORTAL_ANSWERS, PortalRefusal } from '#domain/portal.ts'
import type { PortalRoute } from '#domain/routes.ts'
import { Report } from '../../worker/reconcile/report.ts'
import { EXAMPLE } from './examples.ts'

/** A schema of the product under the name that the documents give it, with what a schema cannot say itself. */
export type Entry = {
  name: string
  schema: z.core.$ZodType
  /** Bodies are described as they may be written, answers as they are read. */
  io: 'input' | 'output'
  says: string
  example: unknown
  fields: Record<string, string>
}

type Side = { input: 'input'; output: 'output' }
type Words<S extends z.core.$ZodType, IO extends keyof Side> = {
  says: string
  example: IO extends 'input' ? z.input<S> : z.output<S>
  fields: { [K in keyof Required<z.output<S>>]: string }
}

/** Compiles only when the example is of the schema's type and every field has its sentence. */
function entry<S extends z.core.$ZodType, IO extends keyof Side>(name: string, schema: S, io: IO, words: Words<S, IO>): Entry {
  return { name, schema, io, ...words }
}

const ID_OF_SESSION = 'The id of the session: a UUID, whatever number is linked to it.'
const NUMBER = 'E.164; `null` while no phone is linked.'
const KEPT_AT = 'When this was last told by the phone or by WhatsApp; `null` where nothing ever was.'

/** What the worker answers, and the edge function with it. */
const SHARED: readonly Entry[] = [
  entry('SessionView', SessionView, 'output', {
    says: 'What the worker holds of one session.',
    example: EXAMPLE.view,
    fields: {
      sessionId: ID_OF_SESSION,
      generation: 'Counts the links of the session. A clear erases generations up to one number and never a newer one.',
      status: 'What is observed: `connected` is said only while the socket is open and logged in.',
      reason: 'Why it is in that state; `null` where there is nothing to explain.',
      phoneNumber: NUMBER,
      link: 'How far a link is; `null` when none is under way.',
    },
  }),
  entry('CurrentQr', CurrentQr, 'output', {
    says: 'The QR code that WhatsApp takes now.',
    example: EXAMPLE.qr,
    fields: {
      qr: 'The text to draw as it is: WhatsApp on the phone parses it. Whoever scans it owns the link, so it is kept nowhere.',
      expiresAt: 'When WhatsApp takes it no more.',
      number: '1 for the first code of an attempt.',
    },
  }),
  entry('PairingCodeRequest', PairingCodeRequest, 'input', {
    says: 'For which phone a code is wanted. At the edge function it may be missing where the path names the session by that number.',
    example: EXAMPLE.codeRequest,
    fields: { phoneNumber: 'The number of the phone that the code will be typed on.' },
  }),
  entry('PairingCode', PairingCode, 'output', {
    says: 'A code to type on the phone: Linked devices, Link with phone number instead.',
    example: EXAMPLE.code,
    fields: {
      code: 'Eight letters and digits. It works on the phone of that number alone.',
      phoneNumber: 'The number that it is for, E.164.',
      expiresAt: 'When it works no more.',
    },
  }),
  entry('Receipt', Receipt, 'output', {
    says: 'Proof that a session was cleared: what was found, what was erased, and how the unlink at WhatsApp went.',
    example: EXAMPLE.receipt,
    fields: {
      orderId: 'The order that was carried out. The same order gives the same receipt.',
      sessionId: ID_OF_SESSION,
      generations: 'The generations of which something was found.',
      reason: 'Why the session was cleared.',
      startedAt: 'When the worker began.',
      finishedAt: 'When nothing was left to do.',
      remoteUnlink:
        '`confirmed`: WhatsApp acknowledged, or the device was gone already. `not_linked`: pairing never succeeded. `unconfirmed`: look at the linked devices on the phone.',
      removed: 'What was erased, by kind.',
      verifiedAbsent: 'Each was looked for again after it was erased.',
      resumedAfterCrash: 'Whether the worker had to begin anew after it was killed half way.',
      digest: 'SHA-256 over the canonical JSON of all other fields, in hex.',
    },
  }),
  entry('ClearRequest', ClearRequest, 'input', {
    says: 'Which order to carry out. Without one, or without a body, the edge function stores a new order first; the worker takes the newest that is open.',
    example: EXAMPLE.clearRequest,
    fields: { orderId: 'An order that is stored already.' },
  }),
  entry('Group', Group, 'output', {
    says: 'A group of the linked account.',
    example: EXAMPLE.group,
    fields: {
      id: 'WhatsApp’s address of the group.',
      name: 'Its name; `null` where it was not told.',
      participants: 'How many take part; `null` where it was not told.',
    },
  }),
  entry('GroupList', GroupList, 'output', {
    says: 'The groups of the linked account.',
    example: EXAMPLE.groups,
    fields: { groups: 'At most 1,000.', live: 'Asked of WhatsApp just now; else what was kept.', updatedAt: KEPT_AT },
  }),
  entry('Contact', Contact, 'output', {
    says: 'A contact of the linked account.',
    example: EXAMPLE.contact,
    fields: {
      id: 'WhatsApp’s address of the contact.',
      phoneNumber: 'E.164; `null` where the phone only told an anonymous id.',
      name: 'As the phone’s owner calls them; `null` where it was not told.',
    },
  }),
  entry('ContactList', ContactList, 'output', {
    says: 'The contacts of the linked account.',
    example: EXAMPLE.contacts,
    fields: { contacts: 'At most 5,000.', updatedAt: KEPT_AT },
  }),
  entry('NewText', NewText, 'input', {
    says: 'A text to send.',
    example: EXAMPLE.newText,
    fields: { to: 'Whom it is for.', text: 'As it will be read; at most what WhatsApp’s own clients take.' },
  }),
  entry('QueuedText', QueuedText, 'output', {
    says: 'A text in the queue of a session.',
    example: EXAMPLE.text,
    fields: {
      id: 'WhatsApp’s message id, the same at every try, so that a double is dropped there.',
      to: 'Whom it is for, E.164.',
      text: 'As it will be read.',
      queuedAt: 'When it was taken.',
      state:
        '`refused`: WhatsApp will not take it. `unanswered`: it was tried often enough and may have arrived. Both stay to be seen and are not tried again.',
      attempts: 'How often it was tried.',
    },
  }),
  entry('Outbox', Outbox, 'output', {
    says: 'The texts that wait, in the order in which they will be sent.',
    example: { messages: [EXAMPLE.text] },
    fields: { messages: 'At most 1,000.' },
  }),
  entry('RemovedTexts', RemovedTexts, 'output', {
    says: 'How much was taken out of the queue.',
    example: { removed: 1 },
    fields: { removed: 'How many texts; 0 where there was none.' },
  }),
  entry('SentText', SentText, 'output', {
    says: 'A text that WhatsApp has taken. What it said is not kept.',
    example: EXAMPLE.sentText,
    fields: {
      id: 'WhatsApp’s message id, as it was in the queue.',
      to: 'Whom it is for, E.164.',
      queuedAt: 'When it was queued.',
      sentAt: 'When WhatsApp’s server acknowledged it.',
      state:
        '`sent`: WhatsApp’s server has it. `delivered`: the recipient’s phone has it. `read`: it was opened there. Who hides that never tells.',
      at: 'When the worker heard of that state.',
    },
  }),
  entry('SentTexts', SentTexts, 'output', {
    says: 'What became of the texts that were sent since the session was started, the newest first.',
    example: EXAMPLE.sentTexts,
    fields: { messages: 'The last 100.' },
  }),
  entry('Holdings', Holdings, 'output', {
    says: 'What the worker holds of a session on disk, as counts.',
    example: EXAMPLE.holdings,
    fields: {
      sessionId: ID_OF_SESSION,
      credentials: 'What makes it a linked device of the account.',
      backups: 'Copies of the credentials; `snapshots`: how many.',
      outbox: 'Texts in the queue.',
      names: 'Groups and contacts.',
      quarantine: 'What was set aside because it was damaged or of another link.',
    },
  }),
  {
    name: 'LinkEvent',
    schema: LinkEvent,
    io: 'output',
    says: 'One event of a link. In the stream its `type` is the name of the event and its data are the other fields, as JSON.',
    example: EXAMPLE.event,
    fields: {},
  },
  entry('ErrorBody', ErrorBody, 'output', {
    says: 'Every refusal, whatever the status.',
    example: EXAMPLE.error,
    fields: { error: '`code` is for programs, `message` a sentence for people; `detail.field` names the field that was wrong.' },
  }),
]

/** What only the worker answers. */
const OF_THE_WORKER: readonly Entry[] = [
  entry('SessionViews', SessionViews, 'output', {
    says: 'What the worker holds of one organisation.',
    example: { sessions: [EXAMPLE.view] },
    fields: { sessions: 'One view for each session.' },
  }),
  entry('Health', Health, 'output', {
    says: 'The worker lives.',
    example: { ok: true, worker: 'worker-1', version: '0.1.0', sessions: 12 },
    fields: { ok: 'Always `true`.', worker: 'Its id.', version: 'Its version.', sessions: 'How many sessions run in it.' },
  }),
  entry('Ready', Ready, 'output', {
    says: 'The worker takes commands.',
    example: { ready: true },
    fields: { ready: 'Always `true`; else the answer is a refusal.' },
  }),
  entry('DoctorReport', Report, 'output', {
    says: 'What is where, for every session that database, disk, memory or a tombstone knows. It holds no key, no QR and no text.',
    example: EXAMPLE.report,
    fields: {
      takenAt: 'When the worker looked.',
      worker: '`running` where a worker answered.',
      database: 'Whether the database could be read.',
      alarm: 'Why nothing is set aside although something ought to be; `null`: there is no alarm.',
      findings: 'What is not as it should be, or worth to know.',
      inventory: 'All that was seen.',
      moved: 'What this call set aside; `null`: it was not asked to.',
    },
  }),
]

/** What only the edge function answers. */
const OF_THE_FUNCTION: readonly Entry[] = [
  entry('SessionListing', SessionListing, 'output', {
    says: 'One line of the list: the row, and over it what the worker holds now.',
    example: EXAMPLE.listing,
    fields: {
      sessionId: ID_OF_SESSION,
      organizationId: 'Whose session it is.',
      displayName: 'What people call it; `null` where nobody said.',
      status: 'As in a session’s view; `worker_offline`: what is stored is hearsay, for the worker says nothing.',
      reason: 'Why it is in that state; `null` where there is nothing to explain.',
      phoneNumber: NUMBER,
      link: 'How far a link is; `null` when none is under way, or when nobody can say.',
      connectedAt: 'Since when it is online; `null` while it is not.',
      lastActiveAt: 'When something was last heard of it; `null`: never.',
    },
  }),
  entry('SessionList', SessionList, 'output', {
    says: 'All sessions that the caller may see.',
    example: { sessions: [EXAMPLE.listing] },
    fields: { sessions: 'The oldest first.' },
  }),
]

/** The Portal's answers: those of the operation that each stands for, and its own two fields. */
const PORTAL_NAMES = {
  list: ['PortalSessions', 'SessionList'],
  status: ['PortalStatus', 'SessionView'],
  qr: ['PortalQr', 'CurrentQr'],
  pairingCode: ['PortalPairingCode', 'PairingCode'],
  delete: ['PortalDeleted', 'Receipt'],
  disconnect: ['PortalDisconnected', 'Receipt'],
  groups: ['PortalGroups', 'GroupList'],
  contacts: ['PortalContacts', 'ContactList'],
} as const satisfies Record<PortalRoute, readonly [string, string]>

const OF_THE_PORTAL: readonly Entry[] = [
  ...(Object.keys(PORTAL_NAMES) as PortalRoute[]).map((route): Entry => {
    const [name, base] = PORTAL_NAMES[route]
    const { says, example, fields } = [...SHARED, ...OF_THE_FUNCTION].find((one) => one.name === base) ?? missing(base)
    return {
      name,
      schema: PORTAL_ANSWERS[route],
      io: 'output',
      says: `In the Portal’s shape. ${says}`,
      example: { ...(example as object), success: true },
      fields: { ...fields, success: 'Always `true`.', message: 'A sentence for people.' },
    }
  }),
  entry('PortalRefusal', PortalRefusal, 'output', {
    says: 'Every refusal of the Portal’s calls.',
    example: EXAMPLE.portalRefusal,
    fields: {
      success: 'Always `false`.',
      error: 'A sentence for people.',
      code: 'For programs.',
      detail: '`field` names the field that was wrong, `queued` says that the order is stored.',
    },
  }),
]

function missing(name: string): never {
  throw new Error(`${name} is not in the catalogue`)
}

export const CATALOGUE = { shared: SHARED, worker: OF_THE_WORKER, edge: [...OF_THE_FUNCTION, ...OF_THE_PORTAL] } as const
