import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Field } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { keepOrganization } from './organization.ts'
import { createOrganization } from './organization-queries.ts'

type FoundFormProps = {
  userId: string
  /** It is there, and in the list. */
  onFounded?: (id: string) => void
  /** The other button. */
  aside: ReactNode
  /** Where a page has its buttons at the beginning of the line, a dialog has them at its end. */
  isInDialog?: boolean
}

/** A name, and there is an organisation, which its founder looks at from then on. */
export function FoundForm({ userId, onFounded, aside, isInDialog = false }: FoundFormProps) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const found = useMutation({
    mutationFn: () => createOrganization(client, name.trim()),
    onSuccess: async (id) => {
      keepOrganization(userId, id)
      await queries.invalidateQueries({ queryKey: ['organizations', userId] })
      toast.success(words.organization.created(name.trim()))
      onFounded?.(id)
    },
  })
  return (
    <form
      className="mt-5 space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() && !found.isPending) found.mutate()
      }}
    >
      <Field
        label={words.organization.name}
        value={name}
        required
        maxLength={80}
        autoComplete="organization"
        problem={found.isError ? words.failures[asFailure(found.error).code] : null}
        onChange={(event) => setName(event.target.value)}
      />
      <div
        className={cx('flex gap-2', isInDialog ? 'flex-col-reverse sm:flex-row sm:justify-end' : 'flex-row-reverse flex-wrap justify-end')}
      >
        {aside}
        <Button type="submit" look="primary" disabled={!name.trim() || found.isPending}>
          {found.isPending && <Spinner />}
          {words.organization.create}
        </Button>
      </div>
    </form>
  )
}
