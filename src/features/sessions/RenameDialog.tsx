import { useState } from 'react'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { sessionLabel, type SessionOverview } from '../../lib/session-overview.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'
import { renameSession } from './session-commands.ts'

type RenameDialogProps = { session: SessionOverview; onRenamed: () => void; onClose: () => void }

/** Asks what a device is to be called; an empty name takes it away. Stays, with what was typed, when it could not be stored. */
export function RenameDialog({ session, onRenamed, onClose }: RenameDialogProps) {
  const words = useWords()
  const text = words.list
  const client = useSupabase()
  const [name, setName] = useState(session.display_name ?? '')
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<FailureCode | null>(null)
  const label = sessionLabel(session, usePhoneLabel())
  const save = async () => {
    setSaving(true)
    setProblem(null)
    try {
      await renameSession(client, session.id, name)
      onRenamed()
      onClose()
    } catch (error) {
      setProblem(asFailure(error).code)
      setSaving(false)
    }
  }
  return (
    <Dialog title={text.renameTitle(label)} description={text.renameHint} onEscape={onClose} className="sm:max-w-md">
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field
          label={text.renameField}
          placeholder={text.renamePlaceholder}
          ref={selected}
          maxLength={80}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
          problem={problem && words.failures[problem]}
        />
        <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button look="primary" type="submit" disabled={isSaving}>
            {isSaving ? text.saving : text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** On opening, what stands there is replaced by what is typed. */
function selected(field: HTMLInputElement | null): void {
  field?.focus()
  field?.select()
}
