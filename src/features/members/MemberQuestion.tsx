import type { Role } from '../../lib/roles.ts'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Member } from './members-queries.ts'
import type { Members } from './useMembers.ts'

/** What is asked before it is done. */
export type Question = { kind: 'remove'; member: Member } | { kind: 'promote' | 'step_down'; member: Member; role: Role }

type MemberQuestionProps = { question: Question; organizationName: string; actions: Members; onClose: () => void }

/** Asks before a member is removed, made an owner, or gives that up. */
export function MemberQuestion({ question, organizationName, actions, onClose }: MemberQuestionProps) {
  const words = useWords()
  const text = words.members
  const { member } = question
  const [title, body, confirm] = {
    remove: () => [text.removeQuestion(member.email), text.removeBody(organizationName), text.remove],
    promote: () => [text.ownerQuestion(member.email), text.ownerBody, text.ownerConfirm],
    step_down: () => [
      text.stepDownQuestion,
      text.stepDownBody,
      question.kind === 'remove' ? '' : text.stepDownConfirm(words.organization.roles[question.role]),
    ],
  }[question.kind]() as [string, string, string]
  const isPending = actions.remove.isPending || actions.changeRole.isPending
  const carryOut = () => {
    // What went wrong is said by whoever carries it out; the list tells how it stands.
    if (question.kind === 'remove') actions.remove.mutate(member, { onSettled: onClose })
    else actions.changeRole.mutate({ member, role: question.role }, { onSettled: onClose })
  }
  return (
    <AlertDialog
      title={title}
      description={body}
      onEscape={onClose}
      actions={
        <>
          <AlertDialogCancel asChild>
            <Button onClick={onClose}>{words.common.cancel}</Button>
          </AlertDialogCancel>
          <Button look={question.kind === 'promote' ? 'primary' : 'danger'} disabled={isPending} onClick={carryOut}>
            {isPending && <Spinner />}
            {confirm}
          </Button>
        </>
      }
    >
      {null}
    </AlertDialog>
  )
}
