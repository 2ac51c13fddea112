import { MessageId } from '#domain/message.ts'
import * as z from 'zod/mini'
import { MESSAGE_ID, ORGANIZATION_ID, PHONE, SESSION_ID } from './examples.ts'
import type { JsonSchema, Parameter } from './shape.ts'

const { $schema: _draft, ...messageId } = z.toJSONSchema(MessageId)
/** How a number is written in a path or a query; what people write beyond that is understood as well. */
const PHONE_SCHEMA: JsonSchema = { type: 'string', pattern: '^(\\+|00)?[1-9][0-9]{6,14}$' }

const BY_ID_OR_PHONE: JsonSchema = { anyOf: [{ type: 'string', format: 'uuid' }, PHONE_SCHEMA] }

const phones = { digits: { summary: 'Digits alone, as the Portal writes it', value: PHONE.slice(1) } }
/** How the Portal names a session, and what every call of a user can be narrowed to. */
export const EDGE_PARAMETERS: Record<'phone' | 'phoneQuery' | 'sessionQuery' | 'organization', Parameter> = {
  phone: {
    name: 'phone',
    in: 'path',
    required: true,
    description: 'The phone number of the session, or its id.',
    schema: BY_ID_OR_PHONE,
    examples: phones,
  },
  phoneQuery: {
    name: 'phone',
    in: 'query',
    required: false,
    description: 'The phone number of the session, or its id. Needed unless `session` is given.',
    schema: BY_ID_OR_PHONE,
    examples: phones,
  },
  sessionQuery: {
    name: 'session',
    in: 'query',
    required: false,
    description: 'Instead of `phone`: the id of the session.',
    schema: BY_ID_OR_PHONE,
    examples: { id: { summary: 'By id', value: SESSION_ID } },
  },
  organization: {
    name: 'organization',
    in: 'query',
    required: false,
    description: 'Narrows the call to one organisation, for who belongs to several.',
    schema: { type: 'string', format: 'uuid' },
    examples: { one: { summary: 'One organisation', value: ORGANIZATION_ID } },
  },
}

/** The names in the paths of both documents. */
export const PARAMETERS: Record<'session' | 'message', Parameter> = {
  session: {
    name: 'session',
    in: 'path',
    required: true,
    description: 'Which session: its id, or the phone number that is linked to it.',
    schema: BY_ID_OR_PHONE,
    examples: {
      id: { summary: 'By id', value: SESSION_ID },
      phone: { summary: 'By phone number; the plus may be missing', value: PHONE.slice(1) },
    },
  },
  message: {
    name: 'message',
    in: 'path',
    required: true,
    description: 'The id of a text, as the queue gives it.',
    schema: messageId,
    examples: { text: { summary: 'A text that waits', value: MESSAGE_ID } },
  },
}
