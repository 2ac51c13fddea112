import * as z from 'zod'
import { HAPPENINGS } from '../server/happenings.ts'
import { Behaviour, NewContact, NewGroup, NewPhone, PhoneNumber } from '../settings.ts'

/** When a step is taken: at once after the one before, unless something else is said. */
const when = {
  /** Not before so many milliseconds since the run began. */
  at: z.int().min(0).max(3_600_000).optional(),
  /** After the next such event that no earlier step waited for. */
  after: z.enum(HAPPENINGS).optional(),
  /** So many milliseconds later still. */
  wait: z.int().min(0).max(3_600_000).optional(),
  /** What must come of it; `ok` when it is left out. Another outcome ends the run. */
  expect: z.string().min(1).max(40).optional(),
}
const phone = PhoneNumber
const step = <Do extends string, Shape extends z.ZodRawShape>(name: Do, shape: Shape) =>
  z.strictObject({ do: z.literal(name), ...when, ...shape })

/** One thing that is done. What is done to a device is done to the one that its phone linked last. */
export const Step = z.discriminatedUnion('do', [
  step('scan', { phone }),
  step('enterCode', { phone, code: z.string().max(20) }),
  step('unlink', { phone }),
  step('drop', { phone }),
  step('goOffline', { phone }),
  step('comeBack', { phone }),
  step('replace', { phone }),
  step('fail', { phone, reason: z.int().min(400).max(599) }),
  step('refuse', { phone: phone.optional(), reason: z.int().min(400).max(599), times: z.int().min(1).max(100_000).optional() }),
  step('allow', {}),
  step('configure', { behaviour: Behaviour.partial() }),
  step('demandPasskey', { phone, demanded: z.boolean() }),
  step('addAccount', { account: NewPhone }),
  step('sendText', { phone, to: PhoneNumber, text: z.string().min(1).max(4_096) }),
  step('readTexts', { phone }),
  step('addContact', { phone, contact: NewContact }),
  step('renameContact', { phone, contact: PhoneNumber, name: z.string().trim().min(1).max(60) }),
  step('addGroup', { phone, group: NewGroup }),
  step('renameGroup', { phone, from: z.string(), to: z.string().trim().min(1).max(100) }),
  step('rest', {}),
])
export type Step = z.infer<typeof Step>

/** A story that the simulated world plays to whoever is connected. */
export const Scenario = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,60}$/),
  about: z.string().max(300),
  steps: z.array(Step).min(1).max(200),
})
export type Scenario = z.infer<typeof Scenario>
