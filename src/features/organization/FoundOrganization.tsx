import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Building2 } from 'lucide-react'
import { useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { Button } from '../../ui/button.tsx'
import { CenterPage } from '../../ui/center-page.tsx'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'
import { createOrganization } from './organization-queries.ts'

/** For a user who belongs to no organisation: founding one. */
export function FoundOrganization({ userId }: { userId: string }) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const found = useMutation({
    mutationFn: () => createOrganization(client, name.trim()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['organizations', userId] }),
  })
  return (
    <CenterPage>
      <Building2 aria-hidden className="mb-4 size-8 text-muted" />
      <h1 className="text-xl font-semibold tracking-tight">{words.organization.none}</h1>
      <p className="mt-1 text-sm text-muted">{words.organization.noneHint}</p>
      <form
        className="mt-6 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          found.mutate()
        }}
      >
        <Field label={words.organization.name} value={name} required maxLength={120} onChange={(event) => setName(event.target.value)} />
        {found.isError && (
          <p role="alert" className="text-sm text-bad">
            {words.failures[asFailure(found.error).code]}
          </p>
        )}
        <div className="flex gap-2">
          <Button type="submit" look="primary" disabled={!name.trim() || found.isPending}>
            {words.organization.create}
          </Button>
          <Button look="ghost" onClick={() => void client.auth.signOut()}>
            {words.nav.signOut}
          </Button>
        </div>
      </form>
    </CenterPage>
  )
}
