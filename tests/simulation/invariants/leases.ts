import type { Identities } from '../support/identities.ts'
import type { Machine } from '../support/machine.ts'
import type { Surroundings } from '../support/surroundings.ts'
import type { Violations } from '../support/violations.ts'
import type { Connection } from '../support/whatsapp/connection.ts'

type Options = Pick<Surroundings, 'store' | 'database' | 'service'> & {
  /** By the number of a life. */
  machineOf: ReadonlyMap<number, Machine>
  identities: Identities
  violations: Violations
}

/**
 * Of several workers one has a session (FLT-2 to FLT-5): no message of it leaves any other, nobody but the one who lost it is driven out, and
 * that once.
 */
export function createLeaseCheck({ store, database, service, machineOf, identities, violations }: Options) {
  const isShared = store === 'database'
  const holderOf = (sessionId: string): string | null => database.holderOf(sessionId)?.workerId ?? null
  /** Workers that a dead process of theirs has become again, by a first heartbeat that came late: they hear of it with their next one. */
  const usurped = new Set<string>()
  const drivenOut = new Map<string, number>()
  const lastLogin = new Map<number, string>()
  let takeovers = 0
  /** What an order covers logs in wherever that order was begun, and nowhere else. */
  const isCovered = (number: number): boolean => {
    const identity = identities.get(number)
    if (!identity) return true
    const orders = database.orders().filter(({ session_id }) => session_id === identity.sessionId)
    return orders.some(({ max_generation }) => max_generation >= identity.generation)
  }
  /** Whose the session of an identity is; `undefined`: nobody may care any more. */
  const ownerOf = (number: number): string | null | undefined => {
    const identity = identities.get(number)
    return !isShared || !identity || isCovered(number) ? undefined : holderOf(identity.sessionId)
  }

  return {
    /** How often a session was logged in by another worker than the last time. */
    takeovers: () => takeovers,
    /** Whether a worker can know what became of its leases: one that was stopped needs a moment. */
    mayKnow: (machine: Machine): boolean => !isShared || machine.isAware(),
    /** A process of a worker was heard. */
    heard(machine: Machine, isThere: boolean): void {
      if (isThere) usurped.delete(machine.id)
      else usurped.add(machine.id)
    },
    /** A message of an identity leaves a worker. */
    leaving(machine: Machine, number: number, call: string): void {
      const owner = ownerOf(number)
      if (call === 'login' && owner !== undefined) {
        if ((lastLogin.get(number) ?? machine.id) !== machine.id) takeovers += 1
        lastLogin.set(number, machine.id)
      }
      if (owner === undefined || owner === machine.id || usurped.has(machine.id)) return
      violations.add(
        'untrue',
        'FLT-4',
        `${machine.id} sends "${call}" as identity ${number}, whose session is held by ${owner ?? 'nobody'}`,
      )
    },
    /** A login takes the place of another connection. */
    replaced(before: Connection, by: Connection): void {
      const [loser, winner] = [machineOf.get(before.life.number), machineOf.get(by.life.number)]
      const owner = ownerOf(by.identity)
      if (loser === winner || owner === undefined || usurped.size > 0 || !before.life.isAlive()) return
      if (loser?.id === owner) violations.add('untrue', 'FLT-4', `${winner?.id} drove ${owner} out, which holds identity ${by.identity}`)
      const token = `${by.identity} ${database.leaseOf(identities.get(by.identity)?.sessionId ?? '')?.token}`
      const times = (drivenOut.get(token) ?? 0) + 1
      drivenOut.set(token, times)
      if (times > 1) violations.add('untrue', 'FLT-4', `identity ${by.identity} was driven out ${times} times in one takeover`)
    },
    /** What must hold whenever nothing is under way in this very moment. */
    check(): void {
      for (const { identity, life, isUp } of service.connections) {
        const machine = machineOf.get(life.number)
        const owner = ownerOf(identity)
        if (!machine?.isAware() || usurped.has(machine.id) || owner === undefined || owner === null || owner === machine.id || !isUp())
          continue
        violations.add('untrue', 'FLT-4', `${machine.id} keeps a connection of identity ${identity}, whose session is held by ${owner}`)
      }
    },
  }
}
