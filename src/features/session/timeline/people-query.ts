import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../../lib/supabase.ts'

/** Somebody as the timeline names them. */
const Person = z.object({ user_id: z.uuid(), email: z.string(), is_you: z.boolean() })
export type Person = z.infer<typeof Person>

/** Who is in an organisation; asked anew when somebody new acts in it (`acting`: the ids of who does). Throws a `Failure`. */
export function peopleQuery(client: Client, organizationId: string, acting: readonly string[]) {
  return queryOptions({
    queryKey: ['people', organizationId, acting],
    queryFn: ({ signal }) =>
      ask(client.rpc('organization_members_overview', { organization_id: organizationId }).abortSignal(signal), z.array(Person)),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
}
