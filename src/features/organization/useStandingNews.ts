import { useEffect, useRef } from 'react'
import { toast } from '../../lib/toast.ts'
import { useWords } from '../../words/words.ts'
import type { Organization } from './organization-queries.ts'

/** Organisations that were left here, which is no news. */
const left = new Set<string>()

/** To be called before somebody leaves an organisation of their own will. */
export function leavesByThemselves(organizationId: string): void {
  left.add(organizationId)
}

/** Says when somebody's role was changed or taken away by another: the page looks different at once, and must not do so in silence. */
export function useStandingNews(userId: string, all: Organization[] | undefined): void {
  const words = useWords().organization
  const before = useRef<{ userId: string; all: Organization[] } | null>(null)
  useEffect(() => {
    const known = before.current?.userId === userId ? before.current.all : []
    before.current = all ? { userId, all } : null
    for (const { id, name, role } of all ? known : []) {
      const now = all?.find((organization) => organization.id === id)
      if (!now && !left.delete(id)) toast.warning(words.goneTitle(name))
      if (now && now.role !== role) toast.message(words.roleChanged(words.roles[now.role], now.name))
    }
  }, [all, userId, words])
}
