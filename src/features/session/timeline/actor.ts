import { WORKER_KINDS } from '#domain/events.ts'
import * as z from 'zod/mini'
import type { Words } from '../../../words/en.ts'
import type { Person } from './people-query.ts'

/** `isWhole`: nobody else is in the organisation; else who is not among them may be about to be read. */
export type People = { all: readonly Person[]; isWhole: boolean }

const Actor = z.object({ by: z.nullable(z.uuid()) })
const Ordered = z.object({ reason: z.literal('unlinked') })

/** Who stands behind an entry, in a word; `null` where nobody can say: what came into the database without anybody being signed in. */
export function actorOf(kind: string, detail: unknown, people: People, words: Words['timeline']): string | null {
  if (kind === 'cleared' || (WORKER_KINDS as string[]).includes(kind)) return words.worker
  const by = actingIn(detail)
  if (by === undefined) return null
  if (by === null) return kind === 'status' || (kind === 'clear_ordered' && z.safeParse(Ordered, detail).success) ? words.worker : null
  const person = people.all.find(({ user_id }) => user_id === by)
  if (!person) return people.isWhole ? words.left : null
  return person.is_you ? words.you : person.email
}

/** The id of who did it; `null` where nobody was signed in, `undefined` where it is not said. */
export function actingIn(detail: unknown): string | null | undefined {
  return z.safeParse(Actor, detail).data?.by
}
