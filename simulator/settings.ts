import * as z from 'zod'

/** The digits of a phone number in international form; people may write it with `+`, spaces and dashes. */
export const PhoneNumber = z
  .string()
  .overwrite((text) => text.replace(/[\s+()-]/g, ''))
  .regex(/^[1-9]\d{6,14}$/, 'a phone number has 7 to 15 digits')

const Name = z.string().trim().min(1).max(60)

/** Somebody that the owner of a phone knows: `name` as the address book says, `pushName` as they call themselves. */
export const NewContact = z.strictObject({ phone: PhoneNumber, name: Name.optional(), pushName: Name.optional() })
export type NewContact = z.infer<typeof NewContact>

/** A group; the phone itself need not be named among those who take part. */
export const NewGroup = z.strictObject({ subject: z.string().trim().min(1).max(100), participants: z.array(PhoneNumber).max(1_024) })
export type NewGroup = z.infer<typeof NewGroup>

/** A phone as somebody asks for it. */
export const NewPhone = z.strictObject({
  phone: PhoneNumber,
  name: Name,
  /** Its owner must show a passkey before a device is linked. */
  passkey: z.boolean().optional(),
  contacts: z.array(NewContact).max(10_000).optional(),
  groups: z.array(NewGroup).max(1_000).optional(),
})
export type NewPhone = z.infer<typeof NewPhone>

/** How the simulator behaves where the real service varies; it can be changed while it runs. */
export const Behaviour = z.strictObject({
  /**
   * What a companion that asks to be unlinked gets: `ack` removes the device and says so; `lost` removes it and says nothing;
   * `ignored` does nothing at all, the device stays linked.
   */
  unlinkReply: z.enum(['ack', 'lost', 'ignored']),
  /** How long that takes, milliseconds. */
  unlinkDelayMs: z.int().min(0).max(600_000),
  /** Time between a verified pairing and the restart (515) that every client waits for, milliseconds. */
  restartDelayMs: z.int().min(0).max(600_000),
  /**
   * What a companion that sends a message gets: `ack` delivers it and says so; `ignored` delivers it and says nothing; `refused`
   * delivers nothing and says that it never will.
   */
  messageReply: z.enum(['ack', 'ignored', 'refused']),
  /** Time from the acknowledgement of a message to the receipt of the phone that it is for, milliseconds. */
  receiptDelayMs: z.int().min(0).max(600_000),
  /** Time from that receipt until the owner of the phone opens the text, milliseconds; `null`: not before somebody says so. */
  readDelayMs: z.int().min(0).max(600_000).nullable(),
  /** How long each frame to a client is under way, milliseconds; frames do not overtake each other. */
  latencyMs: z.int().min(0).max(60_000),
  /** At most so much is added, by chance for each frame. */
  jitterMs: z.int().min(0).max(60_000),
  /** Connections are cut about so long after they opened, by chance half as long to half as long again; 0: they last. */
  dropEverySeconds: z.number().min(0).max(86_400),
  /** How far the server's clock is ahead. */
  clockSkewSeconds: z.int().min(-100_000_000).max(100_000_000),
  /** Clients older than this, such as `2.3000.1035194821`, are refused with 405; `null`: none. */
  minimumVersion: z
    .string()
    .regex(/^\d{1,9}\.\d{1,9}\.\d{1,10}$/, 'a version is three numbers with dots between')
    .nullable(),
  /** The server answers nobody: no handshake, no query, no ping. */
  silent: z.boolean(),
})
export type Behaviour = z.infer<typeof Behaviour>

export const DEFAULT_BEHAVIOUR: Behaviour = {
  unlinkReply: 'ack',
  unlinkDelayMs: 0,
  restartDelayMs: 0,
  messageReply: 'ack',
  receiptDelayMs: 400,
  readDelayMs: null,
  latencyMs: 0,
  jitterMs: 0,
  dropEverySeconds: 0,
  clockSkewSeconds: 0,
  minimumVersion: null,
  silent: false,
}

/** How long the refs of one registration can be scanned; the client decides when it shows the next (`qrTimeout`). */
export type RefTimes = {
  /** Refs per registration. */
  count: number
  /** Life of the first, seconds. */
  first: number
  /** Life of each later one, seconds. */
  next: number
}
export const DEFAULT_REF_TIMES: RefTimes = { count: 6, first: 60, next: 20 }

/** A device's number must fit into a byte of its address. */
export const DEFAULT_MAX_DEVICES = 250

/** The environment of `main.ts`. */
export const Environment = z.object({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(7060),
  /** Folder of the accounts; without it nothing survives the process. */
  SIMULATOR_DATA: z.string().min(1).optional(),
  SIMULATOR_REF_COUNT: z.coerce.number().int().min(1).max(20).default(DEFAULT_REF_TIMES.count),
  SIMULATOR_REF_FIRST_SECONDS: z.coerce.number().positive().default(DEFAULT_REF_TIMES.first),
  SIMULATOR_REF_NEXT_SECONDS: z.coerce.number().positive().default(DEFAULT_REF_TIMES.next),
  SIMULATOR_UNLINK_REPLY: Behaviour.shape.unlinkReply.default(DEFAULT_BEHAVIOUR.unlinkReply),
  SIMULATOR_UNLINK_DELAY_MS: z.coerce.number().pipe(Behaviour.shape.unlinkDelayMs).default(DEFAULT_BEHAVIOUR.unlinkDelayMs),
  /** In a demo people read what they get. */
  SIMULATOR_READ_DELAY_MS: z.coerce.number().pipe(Behaviour.shape.readDelayMs.unwrap()).default(3_000),
  /** Where chance comes from; without it ids, refs and keys are random. */
  SIMULATOR_SEED: z.string().min(1).optional(),
  SIMULATOR_MAX_DEVICES: z.coerce.number().int().min(1).max(DEFAULT_MAX_DEVICES).default(DEFAULT_MAX_DEVICES),
  SIMULATOR_LOG: z.enum(['quiet', 'info']).default('info'),
})

/** Where the simulator tells what happens; `detail` holds no key and no secret. */
export type Log = (message: string, detail?: Record<string, unknown>) => void
