import { WORKER_KINDS } from '#domain/events.ts'
import * as z from 'zod/mini'
import type { Words } from '../../../words/en.ts'
import type { Person } from './people-query.ts'

const Actor = z.object({ by: z.nullable(z.uuid()) })
const Ordered = z.object({ reason: z.literal('unlinked') })

/**
 * Who stands behind an entry, in a word; `null` where nobody can say: what came into the database without anybody being signed in.
 * `people`: `undefined` while they are not known.
 */
export function actorOf(kind: string, detail: unknown, people: readonly Person[] | undefined, words: Words['timeline']): string | null {
  if (kind === 'cleared' || (WORKER_KINDS as string[]).includes(kind)) return words.worker
  const { data } = z.safeParse(Actor, detail)
  if (!data) return null
  if (data.by === null) return kind === 'status' || (kind === 'clear_ordered' && z.safeParse(Ordered, detail).success) ? words.worker : null
  if (!people) return null
  const person = people.find(({ user_id }) => user_id === data.by)
  if (!person) return words.left
  return person.is_you ? words.you : person.email
}
