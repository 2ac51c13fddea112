import * as z from 'zod'
import { DESIRED_STATES, SESSION_STATES } from '#domain/session.ts'
import { QUARANTINED } from '../store/quarantine.ts'

/**
 * What a folder with credentials, or a snapshot of them, holds. `in_use`: a running session has the file, nobody else may open it.
 * `not_looked_at`: this pass has opened enough files; a later one looks.
 */
export const StoredFacts = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['absent', 'in_use', 'not_looked_at']) }),
  z.object({ state: z.enum(['damaged', 'unreadable']), reason: z.string() }),
  z.object({ state: z.literal('whole'), generation: z.int(), linked: z.boolean() }),
])
export type StoredFacts = z.infer<typeof StoredFacts>

const OutboxFacts = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['absent', 'damaged']) }),
  z.object({ state: z.literal('unreadable'), reason: z.string() }),
  z.object({ state: z.literal('whole'), generation: z.nullable(z.int()), messages: z.int() }),
])
export type OutboxFacts = z.infer<typeof OutboxFacts>

/** The wrapped keys of a session. `old`: how many of them are under an older master key than the first. */
const KeyFacts = z.discriminatedUnion('state', [
  z.object({ state: z.literal('damaged') }),
  z.object({ state: z.literal('unreadable'), reason: z.string() }),
  z.object({ state: z.literal('whole'), generations: z.array(z.int()), old: z.int() }),
])
export type KeyFacts = z.infer<typeof KeyFacts>

const RowFacts = z.object({ status: z.enum(SESSION_STATES), desired: z.enum(DESIRED_STATES), generation: z.int() })
const OrderFacts = z.object({ id: z.string(), maxGeneration: z.int(), reason: z.string() })

const MemoryFacts = z.object({
  running: z.enum(['linking', 'linked']),
  generation: z.int(),
  status: z.enum(SESSION_STATES),
  socket: z.boolean(),
})
export type MemoryFacts = z.infer<typeof MemoryFacts>

const TombstoneFacts = z.object({
  orderId: z.string(),
  maxGeneration: z.int(),
  /** How far the clear came: everything is erased here; the unlink has an outcome; the receipt waits for the database to take it. */
  step: z.enum(['erased', 'unlinked', 'receipt']),
})

const QuarantineFacts = z.object({
  name: z.string(),
  what: z.nullable(z.enum(QUARANTINED)),
  generation: z.nullable(z.int()),
  reason: z.nullable(z.string()),
  keepUntil: z.nullable(z.string()),
})

/** Everything that anybody knows of one session's id. Nothing in here is a secret. */
export const SessionFacts = z.object({
  sessionId: z.string(),
  /** `null`: the database could not be read. */
  database: z.nullable(z.object({ row: z.nullable(RowFacts), orders: z.array(OrderFacts) })),
  /** It changed here after the database was read: what that says of it is hearsay (FOL-6). */
  hearsay: z.boolean(),
  credentials: StoredFacts,
  backups: z.array(z.object({ name: z.string(), stored: StoredFacts })),
  outbox: OutboxFacts,
  /** None where nothing is sealed. */
  keys: KeyFacts,
  quarantine: z.array(QuarantineFacts),
  /** `null`: nothing runs. */
  memory: z.nullable(MemoryFacts),
  tombstones: z.array(TombstoneFacts),
  /** A tombstone with this session's id in its name cannot be read: every generation is forbidden. */
  fenced: z.boolean(),
})
export type SessionFacts = z.infer<typeof SessionFacts>

/** A name in the data folder that belongs to nothing. */
const Stray = z.object({ path: z.string(), what: z.string() })
export type Stray = z.infer<typeof Stray>

/** What is where, for every session that the database, the disk, the memory or a tombstone knows. */
export const Inventory = z.object({ sessions: z.array(SessionFacts), strays: z.array(Stray) })
export type Inventory = z.infer<typeof Inventory>
