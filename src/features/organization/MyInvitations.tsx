import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDates } from '../../lib/dates.ts'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import { acceptInvitation, declineInvitation, type MyInvitation, myInvitationsQuery } from './my-invitations.ts'
import { keepOrganization } from './organization.ts'

type MyInvitationsProps = {
  userId: string
  /** The organisation that was joined is in the list. */
  onJoined?: (organizationId: string) => void
}

/** The organisations that invite whoever looks, each to be joined or declined. Nothing where there is none. */
export function MyInvitations({ userId, onJoined }: MyInvitationsProps) {
  const words = useWords()
  const client = useSupabase()
  const { data = [] } = useQuery(myInvitationsQuery(client, userId))
  if (data.length === 0) return null
  return (
    <ul aria-label={words.organization.invitations} className="space-y-2">
      {data.map((invitation) => (
        <Invitation key={invitation.id} invitation={invitation} userId={userId} {...(onJoined && { onJoined })} />
      ))}
    </ul>
  )
}

function Invitation({ invitation, userId, onJoined }: MyInvitationsProps & { invitation: MyInvitation }) {
  const words = useWords().organization
  const { failures } = useWords()
  const dates = useDates()
  const client = useSupabase()
  const queries = useQueryClient()
  const { id, organization_name: name, role, invited_by_email: by, expires_at } = invitation
  const answer = useMutation({
    mutationFn: async (joins: boolean) => (joins ? acceptInvitation(client, id) : (await declineInvitation(client, id), null)),
    onSuccess: async (organizationId) => {
      if (organizationId) {
        // Chosen before the list is read, so that whoever had none comes here and nowhere else.
        keepOrganization(userId, organizationId)
        await queries.invalidateQueries({ queryKey: ['organizations', userId] })
        onJoined?.(organizationId)
      }
      toast.success(organizationId ? words.joined(name) : words.declined(name))
    },
    onError: (error) => {
      const { code } = asFailure(error)
      toast.error(code === 'not_found' ? words.invitationGone : failures[code])
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['my-invitations', userId] }),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border border-line bg-surface px-4 py-3">
      <div className="min-w-[min(12rem,100%)] flex-1">
        <p className="text-sm font-medium break-words">{words.invites(name, by ?? '')}</p>
        <p className="text-note text-muted">
          {words.asRole(words.roles[role])} · {words.until(dates.date(expires_at))}
        </p>
      </div>
      <div className="flex gap-2">
        <Button
          size="small"
          look="primary"
          aria-label={words.joinOne(name)}
          disabled={answer.isPending}
          onClick={() => answer.mutate(true)}
        >
          {words.join}
        </Button>
        <Button size="small" aria-label={words.declineOne(name)} disabled={answer.isPending} onClick={() => answer.mutate(false)}>
          {words.decline}
        </Button>
      </div>
    </li>
  )
}
