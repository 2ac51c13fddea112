import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'

type DeleteDialogProps = { url: string; isDeleting: boolean; onDelete: () => void; onClose: () => void }

/** Asks before an endpoint goes, with all that is kept of it. */
export function DeleteDialog({ url, isDeleting, onDelete, onClose }: DeleteDialogProps) {
  const { common } = useWords()
  const words = useWebhookWords()
  return (
    <AlertDialog
      title={words.deleteTitle}
      description={words.deleteBody}
      onEscape={onClose}
      actions={
        <>
          <AlertDialogCancel asChild>
            <Button onClick={onClose}>{common.cancel}</Button>
          </AlertDialogCancel>
          <Button look="danger" aria-disabled={isDeleting} onClick={() => !isDeleting && onDelete()}>
            {isDeleting && <Spinner />}
            {words.delete}
          </Button>
        </>
      }
    >
      <p className="mt-4 rounded-lg bg-raised px-3 py-2 text-sm break-all">{url}</p>
    </AlertDialog>
  )
}
