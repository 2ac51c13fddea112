import { useQuery } from '@tanstack/react-query'
import { Building2, Mail } from 'lucide-react'
import { useState } from 'react'
import { useSupabase } from '../../lib/supabase.ts'
import { Button } from '../../ui/button.tsx'
import { CenterPage } from '../../ui/center-page.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.ts'
import { FoundForm } from './FoundForm.tsx'
import { myInvitationsQuery } from './my-invitations.ts'
import { MyInvitations } from './MyInvitations.tsx'

/** For who belongs to no organisation: those that invite, and founding one. */
export function Newcomer({ userId }: { userId: string }) {
  const words = useWords()
  const client = useSupabase()
  const invitations = useQuery(myInvitationsQuery(client, userId))
  const [isFounding, setFounding] = useState(false)
  const invited = invitations.data?.length ?? 0
  const Icon = invited > 0 ? Mail : Building2
  const signOut = (
    <Button look="ghost" onClick={() => void client.auth.signOut({ scope: 'local' })}>
      {words.nav.signOut}
    </Button>
  )
  // Whether there is an invitation decides what stands here: nothing is shown that would be swept away.
  if (invitations.isPending) {
    return (
      <CenterPage>
        <Waiting />
      </CenterPage>
    )
  }
  return (
    <CenterPage>
      <Icon aria-hidden className="mb-4 size-8 text-muted" />
      <h1 className="text-xl font-semibold tracking-tight">{invited > 0 ? words.organization.invited : words.organization.none}</h1>
      <p className="mt-1 text-sm text-muted">{invited > 0 ? words.organization.invitedHint : words.organization.noneHint}</p>
      {invited > 0 && (
        <div className="mt-5">
          <MyInvitations userId={userId} />
        </div>
      )}
      {invited === 0 || isFounding ? (
        <FoundForm userId={userId} aside={signOut} />
      ) : (
        <div className="mt-5 flex gap-2">
          <Button onClick={() => setFounding(true)}>{words.organization.foundOwn}</Button>
          {signOut}
        </div>
      )}
    </CenterPage>
  )
}
