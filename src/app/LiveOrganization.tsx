import type { ReactNode } from 'react'
import { useOrganization } from '../features/organization/organization.ts'
import { LiveContext } from '../lib/live.ts'
import { useLiveSource } from '../lib/useLiveSource.ts'

/** Around all pages of an organisation: what they hear of changes comes from one place. */
export function LiveOrganization({ children }: { children: ReactNode }) {
  return <LiveContext value={useLiveSource(useOrganization().current.id)}>{children}</LiveContext>
}
