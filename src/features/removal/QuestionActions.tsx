import type { FailureCode } from '../../lib/failure.ts'
import { AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { WantedName } from './typed-name.ts'

export type QuestionState = { kind: 'asking' } | { kind: 'storing' } | { kind: 'failed'; code: FailureCode }

type QuestionActionsProps = {
  kind: 'reset' | 'delete'
  formId: string
  state: QuestionState
  /** What has to be typed first. */
  missing: WantedName['kind'] | null
  onClose: () => void
}

/** Where trying again is of no use: the session is not there any more, or the role does not allow it. */
const HOPELESS: ReadonlySet<FailureCode> = new Set(['not_found', 'forbidden'])

/** The answers to "reset?" and "delete?". The dangerous one says what is missing, and leads there. */
export function QuestionActions({ kind, formId, state, missing, onClose }: QuestionActionsProps) {
  const words = useWords()
  const text = words.removal
  const isStoring = state.kind === 'storing'
  const hopeless = state.kind === 'failed' && HOPELESS.has(state.code)
  const asked = kind === 'reset' ? text.resetConfirm : text.deleteConfirm
  const confirm = missing ? text.typeFirst[missing] : state.kind === 'failed' ? words.common.tryAgain : asked
  return (
    <>
      <AlertDialogCancel asChild>
        <Button onClick={onClose}>{state.kind === 'failed' ? words.common.close : text.keep}</Button>
      </AlertDialogCancel>
      {!hopeless && (
        // Not `disabled`: whoever comes to it by keyboard is told why, and is led to the field.
        <Button
          look={missing ? 'secondary' : 'danger'}
          type="submit"
          form={formId}
          aria-disabled={missing !== null || isStoring}
          className="min-w-36"
        >
          {isStoring && <Spinner />}
          {isStoring ? text.storing : confirm}
        </Button>
      )}
    </>
  )
}
