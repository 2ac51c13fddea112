import type { SqlNode } from './disk/sql-node.ts'
import type { Reader } from './sealed.ts'
import { identitiesIn } from './whatsapp/identity.ts'

/** Whose an identity is, and which accepted orders say that it must stay gone. */
export type IdentityFacts = {
  number: number
  sessionId: string
  generation: number
  condemnedBy: Set<string>
  condemnedAt: number | null
  excuse: string | null
}
/** What an order covers. */
export type Coverage = { orderId: string; sessionId: string; maxGeneration: number }

/** Every identity that was ever stored. An identity is condemned by orders, not by numbers: a restored database counts generations anew. */
export type Identities = ReturnType<typeof createIdentities>

export function createIdentities(now: () => number, stillHolds: (orderId: string) => boolean, { credsIn }: Pick<Reader, 'credsIn'>) {
  const facts = new Map<number, IdentityFacts>()
  const inFile = new WeakMap<SqlNode, number>()
  const judged = new Set<string>()

  return {
    all: (): IdentityFacts[] => [...facts.values()],
    get: (number: number): IdentityFacts | undefined => facts.get(number),
    /** The identity that an SQLite file holds. */
    inFile: (sql: SqlNode): IdentityFacts | undefined => facts.get(inFile.get(sql) ?? -1),
    of: (sessionId: string, generation: number): IdentityFacts[] =>
      [...facts.values()].filter((one) => one.sessionId === sessionId && one.generation === generation),
    /** Notes what an SQLite file holds after a commit. */
    stored(sql: SqlNode): IdentityFacts | null {
      const row = sql.database.prepare('select session_id, generation from identity where one = 1').get()
      const [number] = identitiesIn(credsIn(sql) ?? '')
      // What is written where no key is left any more is still whose it was.
      if (!row || number === undefined) return facts.get(inFile.get(sql) ?? -1) ?? null
      inFile.set(sql, number)
      const known = facts.get(number)
      if (known) return known
      const identity: IdentityFacts = {
        number,
        sessionId: String(row['session_id']),
        generation: Number(row['generation']),
        condemnedBy: new Set(),
        condemnedAt: null,
        excuse: null,
      }
      facts.set(number, identity)
      return identity
    },
    /** The number of the identity that a file holds as linked, if it does. */
    storedAsLinked(sql: SqlNode): number | null {
      const identity = this.stored(sql)
      const row = sql.database.prepare('select linked from identity where one = 1').get()
      return identity && row?.['linked'] === 1 ? identity.number : null
    },
    /** An order was accepted: its tombstone is durable, or its receipt is stored. */
    condemn({ orderId, sessionId, maxGeneration }: Coverage): void {
      if (judged.has(orderId)) return
      judged.add(orderId)
      for (const one of facts.values()) {
        if (one.sessionId === sessionId && one.generation <= maxGeneration) {
          one.condemnedBy.add(orderId)
          one.condemnedAt ??= now()
        }
      }
    },
    isCondemned: (identity: IdentityFacts): boolean => [...identity.condemnedBy].some(stillHolds),
  }
}
