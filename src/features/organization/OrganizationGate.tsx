import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useSupabase } from '../../lib/supabase.ts'
import { asFailure } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { CenterPage } from '../../ui/center-page.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.ts'
import { FoundOrganization } from './FoundOrganization.tsx'
import { OrganizationContext } from './organization.ts'
import { organizationsQuery } from './organization-queries.ts'

/** Shows its children once it is known which organisation they are about. */
export function OrganizationGate({ userId, children }: { userId: string; children: ReactNode }) {
  const words = useWords()
  const client = useSupabase()
  const organizations = useQuery(organizationsQuery(client, userId))
  const [chosen, choose] = useState<string | null>(null)

  if (organizations.data) {
    const all = organizations.data
    const current = all.find((organization) => organization.id === chosen) ?? all[0]
    if (!current) return <FoundOrganization userId={userId} />
    return <OrganizationContext value={{ current, all, choose }}>{children}</OrganizationContext>
  }
  return (
    <CenterPage>
      {organizations.isError ? (
        <Notice
          tone="bad"
          title={words.organization.loadFailed}
          action={<Button onClick={() => void organizations.refetch()}>{words.common.tryAgain}</Button>}
        >
          {words.failures[asFailure(organizations.error).code]}
        </Notice>
      ) : (
        <Waiting />
      )}
    </CenterPage>
  )
}
