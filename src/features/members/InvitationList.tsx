import { useDates } from '../../lib/dates.ts'
import { useNow } from '../../lib/useNow.ts'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import type { Invitation } from './members-queries.ts'
import type { Members } from './useMembers.ts'

type InvitationListProps = {
  invitations: Invitation[]
  actions: Members
  onRenew: (invitation: Invitation) => void
}

/** Who was invited and has not answered yet. */
export function InvitationList({ invitations, actions, onRenew }: InvitationListProps) {
  const words = useWords()
  const text = words.members
  const dates = useDates()
  const now = useNow(30_000)
  const isBusy = actions.invite.isPending || actions.revoke.isPending
  return (
    <section aria-labelledby="open-invitations">
      <h2 id="open-invitations" className="mb-2 text-sm font-semibold tracking-tight">
        {text.pending(invitations.length)}
      </h2>
      <ul aria-labelledby="open-invitations" className="divide-y divide-line rounded-2xl border border-line bg-surface">
        {invitations.map((invitation) => {
          const isOver = new Date(invitation.expires_at).getTime() <= now
          return (
            <li key={invitation.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3" data-invitation={invitation.email}>
              <div className="min-w-[min(10rem,100%)] flex-1">
                <p className="text-sm font-medium break-all">{invitation.email}</p>
                <p className="text-note text-muted">
                  {words.organization.roles[invitation.role]} ·{' '}
                  <span className={isOver ? 'text-warn' : undefined}>
                    {isOver ? text.expired : text.expires(dates.date(invitation.expires_at))}
                  </span>
                </p>
              </div>
              <div className="ml-auto flex gap-1">
                <Button
                  look="ghost"
                  size="small"
                  aria-label={text.renewOne(invitation.email)}
                  disabled={isBusy}
                  onClick={() => onRenew(invitation)}
                >
                  {text.renew}
                </Button>
                <Button
                  look="ghost"
                  size="small"
                  aria-label={text.revokeOne(invitation.email)}
                  disabled={isBusy}
                  onClick={() => actions.revoke.mutate(invitation)}
                >
                  {text.revoke}
                </Button>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
