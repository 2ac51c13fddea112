import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { authFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'

/** The two ways out. */
export function SignOutSection() {
  const words = useWords()
  const text = words.account
  const client = useSupabase()
  const queries = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const signOut = async (scope: 'local' | 'global') => {
    setBusy(true)
    const { error } = await client.auth.signOut({ scope })
    setBusy(false)
    if (error) toast.error(words.failures[authFailure(error).code])
    else queries.clear()
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button disabled={busy} onClick={() => void signOut('local')}>
        {text.signOutHere}
      </Button>
      <Button disabled={busy} onClick={() => setAsking(true)}>
        {text.signOutEverywhere}
      </Button>
      {isAsking && (
        <AlertDialog
          title={text.everywhereQuestion}
          description={text.everywhereBody}
          onEscape={() => setAsking(false)}
          actions={
            <>
              <AlertDialogCancel asChild>
                <Button onClick={() => setAsking(false)}>{words.common.cancel}</Button>
              </AlertDialogCancel>
              <Button look="danger" disabled={busy} onClick={() => void signOut('global')}>
                {busy && <Spinner />}
                {text.signOutEverywhere}
              </Button>
            </>
          }
        >
          {null}
        </AlertDialog>
      )}
    </div>
  )
}
