import { useQuery } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, useSupabase } from '../../lib/supabase.ts'
import { useWords } from '../../words/words.ts'

const Members = z.array(z.object({ email: z.string(), role: z.string(), is_you: z.boolean() }))

/** Names those who may do what somebody may not: a "no" that says whom to ask. */
export function WhoToAsk({ organizationId }: { organizationId: string }) {
  const client = useSupabase()
  const text = useWords().link
  const { data, isPending } = useQuery({
    queryKey: ['who-to-ask', organizationId],
    queryFn: () => ask(client.rpc('organization_members_overview', { organization_id: organizationId }), Members),
    retry: false,
  })
  const people = data?.filter(({ role, is_you }) => !is_you && (role === 'owner' || role === 'admin')).map(({ email }) => email)
  return (
    <p className="mt-3 min-h-5 max-w-72 text-note wrap-anywhere">
      {isPending ? null : people && people.length > 0 ? text.askThem(people.slice(0, 3)) : text.askAdmin}
    </p>
  )
}
