import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { leaveOrganization, type Organization } from './organization-queries.ts'
import { leavesByThemselves } from './useStandingNews.ts'

type LeaveDialogProps = {
  organization: Organization
  onClose: () => void
  /** Where that is known already; else the database says so. */
  isKnownOnlyOwner?: boolean
  /** Where another owner can be made; absent where that is the page itself. */
  onToMembers?: () => void
}

/** Asks before somebody leaves an organisation. An only owner is told why it cannot be. */
export function LeaveDialog({ organization, onClose, isKnownOnlyOwner = false, onToMembers }: LeaveDialogProps) {
  const words = useWords()
  const text = words.organization
  const client = useSupabase()
  const queries = useQueryClient()
  const { id, name, role } = organization
  const leave = useMutation({
    mutationFn: () => leaveOrganization(client, id),
    onSuccess: async () => {
      leavesByThemselves(id)
      onClose()
      await queries.invalidateQueries({ queryKey: ['organizations'] })
      toast.success(text.left(name))
    },
  })
  const refusal = leave.isError ? asFailure(leave.error).code : null
  const isOnlyOwner = isKnownOnlyOwner || (refusal === 'forbidden' && role === 'owner')
  if (isOnlyOwner) {
    return (
      <AlertDialog
        title={text.onlyOwnerTitle(name)}
        description={text.onlyOwner}
        onEscape={onClose}
        actions={
          <>
            <AlertDialogCancel asChild>
              <Button onClick={onClose}>{words.common.close}</Button>
            </AlertDialogCancel>
            {onToMembers && (
              <Button look="primary" onClick={onToMembers}>
                {text.toMembers}
              </Button>
            )}
          </>
        }
      >
        {null}
      </AlertDialog>
    )
  }
  return (
    <AlertDialog
      title={text.leaveQuestion(name)}
      description={text.leaveBody}
      onEscape={onClose}
      actions={
        <>
          <AlertDialogCancel asChild>
            <Button onClick={onClose}>{text.stay}</Button>
          </AlertDialogCancel>
          <Button look="danger" disabled={leave.isPending} onClick={() => leave.mutate()}>
            {leave.isPending && <Spinner />}
            {text.leave}
          </Button>
        </>
      }
    >
      {refusal && (
        <p role="alert" className="mt-4 text-sm text-bad">
          {words.failures[refusal]}
        </p>
      )}
    </AlertDialog>
  )
}
