import { Timestamp } from '#domain/session.ts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ROLES } from '../../lib/roles.ts'
import { ask, type Client, useSupabase } from '../../lib/supabase.ts'
import { useOrganization } from './organization.ts'

/** How often it is asked whether somebody was invited, milliseconds. */
const ASK_AGAIN = 60_000

const MyInvitation = z.object({
  id: z.uuid(),
  organization_name: z.string(),
  role: z.enum(ROLES),
  /** `null` where the account of whoever invited is gone. */
  invited_by_email: z.nullable(z.string()),
  expires_at: Timestamp,
})
export type MyInvitation = z.infer<typeof MyInvitation>

/** The organisations that the user may join. Throws a `Failure`. */
export function myInvitationsQuery(client: Client, userId: string) {
  return queryOptions({
    queryKey: ['my-invitations', userId],
    queryFn: () => ask(client.rpc('my_invitations'), z.array(MyInvitation)),
    staleTime: ASK_AGAIN,
    refetchInterval: ASK_AGAIN,
  })
}

/** How many organisations invite whoever looks. */
export function useInvitationCount(): number {
  const { data } = useQuery(myInvitationsQuery(useSupabase(), useOrganization().userId))
  return data?.length ?? 0
}

/** Answers with the organisation's id. Throws a `Failure`: `not_found` was taken back or has run out. */
export function acceptInvitation(client: Client, id: string): Promise<string> {
  return ask(client.rpc('accept_invitation', { id }), z.uuid())
}

/** Throws a `Failure`. */
export async function declineInvitation(client: Client, id: string): Promise<void> {
  await ask(client.rpc('decline_invitation', { id }), z.unknown())
}
