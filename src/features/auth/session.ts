import type { User } from '@supabase/auth-js'
import { createContext, use, useEffect, useState } from 'react'
import { useSupabase } from '../../lib/supabase.ts'

/** Who is signed in. `checking` lasts until the stored session was read. */
export type Visitor = { kind: 'checking' } | { kind: 'guest' } | { kind: 'user'; id: string; email: string }

/** Follows who is signed in, in this tab and in others. */
export function useVisitorOfClient(): Visitor {
  const client = useSupabase()
  const [visitor, setVisitor] = useState<Visitor>({ kind: 'checking' })
  useEffect(() => {
    const { data } = client.auth.onAuthStateChange((_event, session) => {
      setVisitor((before) => sameOr(before, session ? visitorOf(session.user) : { kind: 'guest' }))
    })
    return () => data.subscription.unsubscribe()
  }, [client])
  return visitor
}

export const VisitorContext = createContext<Visitor>({ kind: 'checking' })

export function useVisitor(): Visitor {
  return use(VisitorContext)
}

function visitorOf(user: User): Visitor {
  return { kind: 'user', id: user.id, email: user.email ?? '' }
}

/** A refreshed token is not a new visitor. */
function sameOr(before: Visitor, after: Visitor): Visitor {
  return before.kind === 'user' && after.kind === 'user' && before.id === after.id ? before : after
}
