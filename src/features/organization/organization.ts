import { createContext, use } from 'react'
import { keep, keptText } from '../../lib/kept.ts'
import type { Organization } from './organization-queries.ts'

export type OrganizationChoice = { userId: string; current: Organization; all: Organization[]; choose: (id: string) => void }

export const OrganizationContext = createContext<OrganizationChoice | null>(null)

/** The organisation that the page is about. */
export function useOrganization(): OrganizationChoice {
  const choice = use(OrganizationContext)
  if (!choice) throw new Error('useOrganization is used outside of an organisation')
  return choice
}

/** Which organisation somebody looked at last in this browser. */
export function keptOrganization(userId: string): string | null {
  return keptText(`organization.${userId}`)
}

export function keepOrganization(userId: string, id: string): void {
  keep(`organization.${userId}`, id)
}
