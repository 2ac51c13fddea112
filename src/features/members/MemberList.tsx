import { useState } from 'react'
import type { Role } from '../../lib/roles.ts'
import { MemberQuestion, type Question } from './MemberQuestion.tsx'
import { MemberRow } from './MemberRow.tsx'
import type { Member } from './members-queries.ts'
import type { Members } from './useMembers.ts'

type MemberListProps = {
  label: string
  members: Member[]
  organizationName: string
  /** What may be done; absent for who only looks. */
  actions?: Members
  /** Whoever looks wants to leave. */
  onLeave: () => void
}

/** Who belongs to the organisation, and for owners what may be done about it. */
export function MemberList({ label, members, organizationName, actions, onLeave }: MemberListProps) {
  const [question, setQuestion] = useState<Question | null>(null)
  const ownerCount = members.filter(({ role }) => role === 'owner').length
  const choose = (member: Member, role: Role) => {
    // What gives power away is asked first; all else can be taken back with one click.
    if (role === 'owner') setQuestion({ kind: 'promote', member, role })
    else if (member.is_you) setQuestion({ kind: 'step_down', member, role })
    else actions?.changeRole.mutate({ member, role })
  }
  return (
    <>
      <ul aria-label={label} className="divide-y divide-line rounded-2xl border border-line bg-surface">
        {members.map((member) => (
          <MemberRow
            key={member.user_id}
            member={member}
            isOnlyOwner={member.role === 'owner' && ownerCount === 1}
            mayChange={actions !== undefined}
            isBusy={actions?.changeRole.isPending === true && actions.changeRole.variables.member.user_id === member.user_id}
            onRole={(role) => choose(member, role)}
            onRemove={() => setQuestion({ kind: 'remove', member })}
            onLeave={onLeave}
          />
        ))}
      </ul>
      {question && actions && (
        <MemberQuestion question={question} organizationName={organizationName} actions={actions} onClose={() => setQuestion(null)} />
      )}
    </>
  )
}
