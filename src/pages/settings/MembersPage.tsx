import { useQuery } from '@tanstack/react-query'
import { Pencil, UserRoundPlus } from 'lucide-react'
import { useState } from 'react'
import { InvitationList } from '../../features/members/InvitationList.tsx'
import { InviteDialog } from '../../features/members/InviteDialog.tsx'
import { MemberList } from '../../features/members/MemberList.tsx'
import { invitationsQuery, membersQuery } from '../../features/members/members-queries.ts'
import { RolesExplained } from '../../features/members/RolesExplained.tsx'
import { type Mailed, useMembers } from '../../features/members/useMembers.ts'
import { LeaveDialog } from '../../features/organization/LeaveDialog.tsx'
import { useOrganization } from '../../features/organization/organization.ts'
import { RenameDialog } from '../../features/organization/RenameDialog.tsx'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'

/** Settings › Members: who belongs here, as what, and who is invited. */
export default function MembersPage() {
  const words = useWords()
  const text = words.members
  useTitle(text.title)
  const client = useSupabase()
  const { current } = useOrganization()
  const isOwner = current.role === 'owner'
  const members = useQuery(membersQuery(client, current.id))
  const invitations = useQuery({ ...invitationsQuery(client, current.id), enabled: isOwner })
  const actions = useMembers(current.id)
  const [open, setOpen] = useState<'invite' | 'rename' | 'leave' | null>(null)
  const [said, setSaid] = useState<{ email: string; mailed: Mailed } | null>(null)
  const close = () => setOpen(null)
  const owners = members.data?.filter(({ role }) => role === 'owner').map(({ email }) => email) ?? []
  const pending = isOwner ? (invitations.data ?? []) : []

  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center gap-3">
        <div className="min-w-[min(10rem,100%)] flex-1">
          <h1 className="text-xl font-semibold tracking-tight">{text.title}</h1>
          <p className="truncate text-sm text-muted">{current.name}</p>
        </div>
        {isOwner && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setOpen('rename')}>
              <Pencil aria-hidden className="size-4" />
              {words.organization.rename}
            </Button>
            <Button look="primary" onClick={() => setOpen('invite')}>
              <UserRoundPlus aria-hidden className="size-4" />
              {text.invite}
            </Button>
          </div>
        )}
      </div>
      {said && (
        <Notice
          tone="quiet"
          title={actions.wordMailed(said.email, said.mailed)}
          dismiss={{ label: words.common.dismiss, onDismiss: () => setSaid(null) }}
        />
      )}
      {!isOwner && members.data && (
        <Notice tone="quiet" title={text.readOnly}>
          {text.askOwner(owners.join(', '))}
        </Notice>
      )}
      {members.isError && (
        <Notice tone="bad" title={text.loadFailed} action={<Button onClick={() => void members.refetch()}>{words.common.tryAgain}</Button>}>
          {words.failures[asFailure(members.error).code]}
        </Notice>
      )}
      {members.isPending && <Loading />}
      {members.data && (
        <MemberList
          label={text.list(members.data.length)}
          members={members.data}
          organizationName={current.name}
          {...(isOwner && { actions })}
          onLeave={() => setOpen('leave')}
        />
      )}
      {pending.length > 0 && (
        <InvitationList
          invitations={pending}
          actions={actions}
          onRenew={({ email, role }) => actions.invite.mutate({ email, role }, { onSuccess: (mailed) => setSaid({ email, mailed }) })}
        />
      )}
      <RolesExplained />
      {open === 'invite' && isOwner && (
        <InviteDialog
          organizationName={current.name}
          actions={actions}
          onInvited={(email, mailed) => setSaid({ email, mailed })}
          onClose={close}
        />
      )}
      {open === 'rename' && isOwner && <RenameDialog organization={current} onClose={close} />}
      {open === 'leave' && <LeaveDialog organization={current} isKnownOnlyOwner={isOwner && owners.length === 1} onClose={close} />}
    </div>
  )
}

/** As tall as the rows of a small company. */
function Loading() {
  const words = useWords()
  return (
    <output className="block rounded-2xl border border-line bg-surface">
      <span className="sr-only">{words.common.loading}</span>
      {[1, 2].map((row) => (
        <span key={row} className="block space-y-2 px-4 py-3">
          <Skeleton className="h-5 w-56 max-w-full" />
          <Skeleton className="h-4 w-32" />
        </span>
      ))}
    </output>
  )
}
