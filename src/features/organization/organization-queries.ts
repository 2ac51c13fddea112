import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'

export const ROLES = ['owner', 'admin', 'agent'] as const
export type Role = (typeof ROLES)[number]

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
    staleTime: 60_000,
  })
}

/** Founds an organisation that the user owns; answers with its id. Throws a `Failure`. */
export function createOrganization(client: Client, name: string): Promise<string> {
  return ask(client.rpc('create_organization', { name }), z.uuid())
}

/** Owners and admins change sessions; agents look at them. */
export function mayChange(role: Role): boolean {
  return role === 'owner' || role === 'admin'
}
