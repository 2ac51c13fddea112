import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { type Role, ROLES } from '../../lib/roles.ts'
import { ask, type Client } from '../../lib/supabase.ts'

/** How often it is asked what somebody may, milliseconds: a role that is taken away must not seem to be there. */
const ASK_AGAIN = 15_000

export type Organization = { id: string; name: string; role: Role }

const Memberships = z.array(z.object({ organization_id: z.uuid(), role: z.enum(ROLES) }))
const Organizations = z.array(z.object({ id: z.uuid(), name: z.string() }))

/** The organisations that the user belongs to, by name. Throws a `Failure`. */
export function organizationsQuery(client: Client, userId: string) {
  return queryOptions({
    queryKey: ['organizations', userId],
    queryFn: async (): Promise<Organization[]> => {
      const [memberships, organizations] = await Promise.all([
        ask(client.from('organization_members').select('organization_id, role').eq('user_id', userId), Memberships),
        ask(client.from('organizations').select('id, name').order('name'), Organizations),
      ])
      const roles = new Map(memberships.map((membership) => [membership.organization_id, membership.role]))
      return organizations.flatMap(({ id, name }) => {
        const role = roles.get(id)
        return role ? [{ id, name, role }] : []
      })
    },
    staleTime: ASK_AGAIN,
    refetchInterval: ASK_AGAIN,
    refetchOnWindowFocus: 'always',
  })
}

/** Founds an organisation that the user owns; answers with its id. Throws a `Failure`. */
export function createOrganization(client: Client, name: string): Promise<string> {
  return ask(client.rpc('create_organization', { name }), z.uuid())
}

/** For owners. Throws a `Failure`. */
export async function renameOrganization(client: Client, organizationId: string, name: string): Promise<void> {
  await ask(client.rpc('rename_organization', { organization_id: organizationId, name }), z.unknown())
}

/** Throws a `Failure`: `forbidden` is the only owner, who cannot go. */
export async function leaveOrganization(client: Client, organizationId: string): Promise<void> {
  await ask(client.rpc('leave_organization', { organization_id: organizationId }), z.unknown())
}

/** Owners and admins change sessions; agents look at them. */
export function mayChange(role: Role): boolean {
  return role === 'owner' || role === 'admin'
}
