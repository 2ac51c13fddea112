import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'
import { type Organization, renameOrganization } from './organization-queries.ts'

/** For owners: another name. */
export function RenameDialog({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const [name, setName] = useState(organization.name)
  const wanted = name.trim()
  const rename = useMutation({
    mutationFn: () => renameOrganization(client, organization.id, wanted),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['organizations'] })
      toast.success(words.organization.renamed(wanted))
      onClose()
    },
  })
  return (
    <Dialog
      title={words.organization.renameTitle}
      description={words.organization.renameHint}
      onEscape={onClose}
      isForm
      className="sm:max-w-md"
    >
      <form
        className="mt-5 space-y-5"
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted === organization.name) onClose()
          else if (wanted && !rename.isPending) rename.mutate()
        }}
      >
        <Field
          label={words.organization.name}
          value={name}
          required
          maxLength={80}
          problem={rename.isError ? words.failures[asFailure(rename.error).code] : null}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={!wanted || rename.isPending}>
            {words.organization.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
