import type * as z from 'zod/mini'
import type { ClearRequest } from '#domain/api.ts'
import type { Receipt } from '#domain/clearance.ts'
import type { ErrorBody } from '#domain/errors.ts'
import type { Holdings } from '#domain/holdings.ts'
import type { CurrentQr, LinkEvent } from '#domain/link.ts'
import type { SessionListing } from '#domain/listing.ts'
import type { NewText, QueuedText, SentText } from '#domain/message.ts'
import type { Contact, ContactList, Group, GroupList } from '#domain/names.ts'
import type { SessionView } from '#domain/observation.ts'
import type { PairingCode, PairingCodeRequest } from '#domain/pairing.ts'
import type { PortalRefusal } from '#domain/portal.ts'
import type { Report } from '../../worker/reconcile/report.ts'

export const SESSION_ID = '3f0c7a52-8f5e-4a86-9f3c-5d0f7a3b2e64'
export const ORGANIZATION_ID = 'c52d1f6e-94ab-4d0e-8a55-70e2b6f1c8d3'
export const ORDER_ID = '8b1d52aa-6c0e-4b57-9d51-0a6f2f3c9e17'
export const PHONE = '+51987654321'
export const MESSAGE_ID = '3EB0C767D82B6A1F4E90'
const AT = '2026-11-22T14:05:09.120Z'

const view: SessionView = {
  sessionId: SESSION_ID,
  generation: 2,
  status: 'connected',
  reason: null,
  phoneNumber: PHONE,
  link: null,
}
const qr: z.infer<typeof CurrentQr> = { qr: '2@h7Qx…,jR3v…,kP0s…,wZ9d…', expiresAt: AT, number: 1 }
const codeRequest: z.input<typeof PairingCodeRequest> = { phoneNumber: '+51 987 654 321' }
const code: PairingCode = { code: 'K7QX2MPA', phoneNumber: PHONE, expiresAt: AT }
const clearRequest: ClearRequest = { orderId: ORDER_ID }
const receipt: Receipt = {
  orderId: ORDER_ID,
  sessionId: SESSION_ID,
  generations: [2],
  reason: 'reset',
  startedAt: AT,
  finishedAt: '2026-11-22T14:05:09.181Z',
  remoteUnlink: 'confirmed',
  removed: {
    credentials: { files: 1, bytes: 90_112 },
    backups: { files: 2, bytes: 12_480 },
    outbox: { messages: 1 },
    names: 312,
    quarantine: { files: 0, bytes: 0 },
    memory: { socket: true, timers: 3 },
  },
  verifiedAbsent: true,
  resumedAfterCrash: false,
  digest: '5f2b9c1e7d4a08f36b5e9d2c4a7f1083e6d5b4c3a291807f6e5d4c3b2a190817',
}
const group: Group = { id: '120363041234567890@g.us', name: 'Ventas Lima', participants: 14 }
const groups: GroupList = { groups: [group], live: true, updatedAt: AT }
const contact: Contact = { id: '51912000111@s.whatsapp.net', phoneNumber: '+51912000111', name: 'Rosa' }
const contacts: ContactList = { contacts: [contact], updatedAt: AT }
const newText: z.input<typeof NewText> = { to: '+51 912 000 111', text: 'Your order is on its way.' }
const text: QueuedText = {
  id: MESSAGE_ID,
  to: '+51912000111',
  text: 'Your order is on its way.',
  queuedAt: AT,
  state: 'waiting',
  attempts: 0,
}
const sentText: SentText = {
  id: MESSAGE_ID,
  to: '+51912000111',
  queuedAt: AT,
  sentAt: '2026-11-22T14:05:10.204Z',
  state: 'read',
  at: '2026-11-22T14:07:41.530Z',
}
const sentTexts = { messages: [sentText] }
const { memory: _memory, ...onDisk } = receipt.removed
const holdings: Holdings = { sessionId: SESSION_ID, ...onDisk, backups: { ...onDisk.backups, snapshots: 2 } }
const event: LinkEvent = { type: 'status', step: 'scan', status: 'connecting', reason: null, phoneNumber: null }
const error: ErrorBody = { error: { code: 'invalid_input', message: 'to: not a phone number.', detail: { field: 'to' } } }
const listing: SessionListing = {
  sessionId: SESSION_ID,
  organizationId: ORGANIZATION_ID,
  displayName: 'Ventas',
  status: 'connected',
  reason: null,
  phoneNumber: PHONE,
  link: null,
  connectedAt: AT,
  lastActiveAt: AT,
}
const portalRefusal: PortalRefusal = { success: false, error: 'No phone is linked.', code: 'not_linked' }
const report: Report = {
  takenAt: AT,
  worker: 'running',
  database: { reachable: true, instanceId: '0d5f6a1e-2b3c-4d5e-8f90-a1b2c3d4e5f6' },
  alarm: null,
  findings: [],
  inventory: { sessions: [], strays: [] },
  moved: null,
}

/** One example of each shape. Nothing in them is real. */
export const EXAMPLE = {
  view,
  qr,
  codeRequest,
  code,
  clearRequest,
  receipt,
  group,
  groups,
  contact,
  contacts,
  newText,
  text,
  sentText,
  sentTexts,
  holdings,
  event,
  error,
  listing,
  portalRefusal,
  report,
} as const
