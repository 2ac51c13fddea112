import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { Button } from '../../ui/button.tsx'
import { CenterPage } from '../../ui/center-page.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.ts'
import { Newcomer } from './Newcomer.tsx'
import { keepOrganization, keptOrganization, OrganizationContext } from './organization.ts'
import { organizationsQuery } from './organization-queries.ts'
import { useStandingNews } from './useStandingNews.ts'

/** Shows its children once it is known which organisation they are about. */
export function OrganizationGate({ userId, children }: { userId: string; children: ReactNode }) {
  const words = useWords()
  const organizations = useQuery(organizationsQuery(useSupabase(), userId))
  const [chosen, setChosen] = useState<string | null>(null)
  const choose = useCallback(
    (id: string) => {
      keepOrganization(userId, id)
      setChosen(id)
    },
    [userId],
  )
  const all = organizations.data
  useStandingNews(userId, all)
  const choice = useMemo(() => {
    if (!all) return null
    const wanted = chosen ?? keptOrganization(userId)
    const current = all.find(({ id }) => id === wanted) ?? all[0]
    return current ? { userId, current, all, choose } : null
  }, [all, chosen, choose, userId])

  if (choice) return <OrganizationContext value={choice}>{children}</OrganizationContext>
  if (all) return <Newcomer userId={userId} />
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
