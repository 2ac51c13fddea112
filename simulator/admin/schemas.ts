import * as z from 'zod'
import { Scenario } from '../scenario/schema.ts'
import { Behaviour, NewContact, NewGroup, NewPhone, PhoneNumber } from '../settings.ts'

const Jid = z
  .string()
  .max(80)
  .regex(/^\d{7,15}:\d{1,5}@s\.whatsapp\.net$/, 'a device looks like 51987654321:1@s.whatsapp.net')
const Reason = z.int().min(400).max(599)
const Key = z.base64().length(44)

/** The bodies of the admin API, by what they ask for. Unknown fields are refused, so that a misspelt one is noticed. */
export const Body = {
  nothing: z.strictObject({}),
  scan: z.strictObject({ qr: z.string().min(1).max(4_000), phone: PhoneNumber.optional() }),
  scanWaiting: z.strictObject({ phone: PhoneNumber.optional() }),
  code: z.strictObject({ code: z.string().max(20) }),
  text: z.strictObject({ to: PhoneNumber, text: z.string().min(1).max(4_096) }),
  passkey: z.strictObject({ demanded: z.boolean() }),
  contact: NewContact,
  group: NewGroup,
  subject: z.strictObject({ subject: NewGroup.shape.subject }),
  scenario: z.union([Scenario, z.strictObject({ name: Scenario.shape.name })]),
  phone: NewPhone,
  fail: z.strictObject({ reason: Reason }),
  refusal: z.strictObject({ reason: Reason, jid: Jid.optional(), times: z.int().min(1).max(100_000).optional() }),
  behaviour: Behaviour.partial(),
  camera: z.strictObject({ noisePublicKey: Key, advSecret: Key }),
}

/** What stands in a path. */
export const PathPart = {
  id: z.uuid(),
  jid: Jid,
  phone: PhoneNumber,
  group: z.string().regex(/^\d{5,30}@g\.us$/, 'a group looks like 120363041234567890@g.us'),
}
