import { createContext, use } from 'react'
import type { Organization } from './organization-queries.ts'

export type OrganizationChoice = { current: Organization; all: Organization[]; choose: (id: string) => void }

export const OrganizationContext = createContext<OrganizationChoice | null>(null)

/** The organisation that the page is about. */
export function useOrganization(): OrganizationChoice {
  const choice = use(OrganizationContext)
  if (!choice) throw new Error('useOrganization is used outside of an organisation')
  return choice
}
