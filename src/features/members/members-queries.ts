import { Timestamp } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ADDRESSES } from '../../lib/addresses.ts'
import { type Role, ROLES } from '../../lib/roles.ts'
import { ask, type Client } from '../../lib/supabase.ts'

/** How often the lists are read again, milliseconds: others change them too. */
const ASK_AGAIN = 15_000

const Member = z.object({ user_id: z.uuid(), email: z.string(), role: z.enum(ROLES), created_at: Timestamp, is_you: z.boolean() })
export type Member = z.infer<typeof Member>

const Invitation = z.object({ id: z.uuid(), email: z.string(), role: z.enum(ROLES), expires_at: Timestamp })
export type Invitation = z.infer<typeof Invitation>

/** The members of an organisation, owners first. Throws a `Failure`. */
export function membersQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: ['members', organizationId],
    queryFn: () => ask(client.rpc('organization_members_overview', { organization_id: organizationId }), z.array(Member)),
    refetchInterval: ASK_AGAIN,
  })
}

/** Whom the owners of an organisation invited; empty for all others. Throws a `Failure`. */
export function invitationsQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: ['invitations', organizationId],
    queryFn: () =>
      ask(
        client.from('organization_invitations').select('id, email, role, expires_at').eq('organization_id', organizationId).order('email'),
        z.array(Invitation),
      ),
    refetchInterval: ASK_AGAIN,
  })
}

/** Throws a `Failure`; `forbidden` is also the only owner, who must stay one. */
export async function setRole(client: Client, organizationId: string, userId: string, role: Role): Promise<void> {
  await ask(client.rpc('set_member_role', { organization_id: organizationId, user_id: userId, role }), z.unknown())
}

/** Throws a `Failure`. */
export async function removeMember(client: Client, organizationId: string, userId: string): Promise<void> {
  await ask(client.rpc('remove_member', { organization_id: organizationId, user_id: userId }), z.unknown())
}

/** Invites, or renews an invitation. Throws a `Failure`. */
export async function inviteMember(client: Client, organizationId: string, email: string, role: Role): Promise<void> {
  await ask(client.rpc('invite_member', { organization_id: organizationId, email, role }), z.uuid())
}

/** Throws a `Failure`. */
export async function revokeInvitation(client: Client, id: string): Promise<void> {
  await ask(client.rpc('revoke_invitation', { id }), z.unknown())
}

/** Has Auth send whoever is invited a link that lets them in, with an account if they have none. Whether it did. */
export async function mailInvitation({ auth }: Client, email: string): Promise<boolean> {
  const { error } = await auth.signInWithOtp({
    email,
    options: { shouldCreateUser: true, emailRedirectTo: location.origin + ADDRESSES.welcome },
  })
  return !error
}
