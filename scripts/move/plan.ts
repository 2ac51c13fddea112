import type { Movable, ToMove } from '../../worker/fleet/move-port.ts'

/** What lies in the folder of a session. `outbox`: whether there is none, or one of the same link. */
export type Stored =
  | { state: 'absent' }
  | { state: 'damaged' | 'unreadable'; reason: string }
  | { state: 'whole'; generation: number; forbidden: boolean; outbox: boolean }

/** Why a session is left where it is. */
export type Left = { id: string; why: string }
/** `erase`: the database has all of these already. */
export type Plan = { move: string[]; erase: string[]; left: Left[] }

/** What becomes of each session that lies in a folder, or should. Pure. `stored`: what lies there, of each that has anything. */
export function planMove({ sessions }: ToMove, stored: ReadonlyMap<string, Stored>): Plan {
  const held = new Map(sessions.map((session) => [session.id, session]))
  const plan: Plan = { move: [], erase: [], left: [] }
  for (const id of new Set([...stored.keys(), ...held.keys()])) {
    const [session, found] = [held.get(id), stored.get(id)]
    if (session?.adopted) plan.erase.push(id)
    else {
      const why = session ? whyLeft(session, found ?? { state: 'absent' }) : WHY.not_held
      if (why !== null) plan.left.push({ id, why })
      else if (found) plan.move.push(id)
    }
  }
  return plan
}

/** `null`: it moves, or there is nothing of it to be moved. */
function whyLeft(session: Movable, found: Stored): string | null {
  // What is on its way was judged when it began, and nobody could use it since.
  if (!session.moving) {
    if (session.ordered) return WHY.order_open
    if (session.generation === null) return WHY.no_row
  }
  if (found.state === 'absent') return session.linked || session.moving ? WHY.missing : null
  if (found.state !== 'whole') return `${WHY.unusable}: ${found.reason}`
  if (!session.moving && found.generation !== session.generation) return WHY.other_generation
  if (found.forbidden) return WHY.order_open
  return found.outbox ? null : WHY.outbox
}

export const WHY = {
  order_open: 'it is being cleared: the order finds here what it has to erase and to unlink',
  no_row: 'no session has this id any more',
  other_generation: 'it is of another link than its row',
  not_held: 'by the database it is not this worker’s',
  missing: 'its row says that a phone is linked, and there are no credentials of it here',
  unusable: 'its credentials cannot be used',
  outbox: 'texts of another link wait beside it',
} as const
