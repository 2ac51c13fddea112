import { useId, useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { OVERLAPS } from './overlaps.ts'

type RotateDialogProps = {
  /** Makes the new secret; throws a `Failure`. */
  onRotate: (overlapHours: number) => Promise<void>
  onClose: () => void
}

/** Asks how long the old secret is to sign beside the new one. */
export function RotateDialog({ onRotate, onClose }: RotateDialogProps) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const text = words.rotate
  const id = useId()
  const [hours, setHours] = useState<number>(OVERLAPS.usual)
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const rotate = async () => {
    if (isBusy) return
    setBusy(true)
    setRefusal(null)
    try {
      await onRotate(hours)
    } catch (error) {
      const { code } = asFailure(error)
      setRefusal(code === 'not_found' ? words.goneAlready : code === 'rate_limited' ? text.tooMany : failures[code])
      setBusy(false)
    }
  }
  return (
    <AlertDialog
      title={text.title}
      description={text.body}
      onEscape={onClose}
      actions={
        <>
          <AlertDialogCancel asChild>
            <Button onClick={onClose}>{common.cancel}</Button>
          </AlertDialogCancel>
          <Button look="primary" aria-disabled={isBusy} onClick={() => void rotate()}>
            {isBusy && <Spinner />}
            {isBusy ? text.replacing : text.confirm}
          </Button>
        </>
      }
    >
      <fieldset className="mt-5">
        <legend className="mb-1.5 text-sm font-medium">{text.overlap}</legend>
        <div className="divide-y divide-line rounded-xl border border-line">
          {OVERLAPS.hours.map((one) => (
            <div key={one} className="relative flex items-start gap-3 px-3.5 py-2.5">
              <input
                type="radio"
                name="overlap"
                id={`${id}-${one}`}
                aria-describedby={one === 0 ? `${id}-at-once` : undefined}
                className="mt-0.5 size-4 shrink-0 accent-brand"
                checked={hours === one}
                onChange={() => setHours(one)}
              />
              <div>
                <label htmlFor={`${id}-${one}`} className="block cursor-pointer text-sm after:absolute after:inset-0">
                  {text.overlaps(one)}
                </label>
                {one === 0 && (
                  <p id={`${id}-at-once`} className="text-note text-muted">
                    {text.atOnce}
                  </p>
                )}
              </div>
            </div>
          ))}
        </div>
      </fieldset>
      {refusal && (
        <p role="alert" className="mt-3 text-note text-bad">
          {refusal}
        </p>
      )}
    </AlertDialog>
  )
}
