import { type FormEvent, useState } from 'react'
import { NewPasswordField } from '../../features/auth/NewPasswordField.tsx'
import { PasswordField } from '../../features/auth/PasswordField.tsx'
import { changePassword, type PasswordProblem, wordProblem } from '../../features/auth/password-commands.ts'
import { isAllowed, passwordStrength } from '../../features/auth/password-strength.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'

/** Another password, for who knows the one they have. */
export function PasswordSection({ email }: { email: string }) {
  const words = useWords()
  const text = words.password
  const client = useSupabase()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<PasswordProblem | null>(null)
  const mayTry = current !== '' && isAllowed(passwordStrength(next, email))
  const change = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || !mayTry) return
    setBusy(true)
    setProblem(null)
    const result = await changePassword(client, email, current, next)
    setBusy(false)
    if (!result.ok) return setProblem(result.problem)
    setCurrent('')
    setNext('')
    if (result.isElsewhereOut) toast.success(text.changed)
    else toast.warning(text.changedHereOnly)
  }
  const worded = problem && wordProblem(words, problem)
  return (
    <form aria-label={text.change} className="max-w-sm space-y-4" onSubmit={(event) => void change(event)}>
      <PasswordField
        label={text.current}
        autoComplete="current-password"
        required
        value={current}
        problem={problem === 'current_wrong' ? worded : null}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <NewPasswordField email={email} value={next} onChange={setNext} problem={problem === 'current_wrong' ? null : worded} />
      <Button type="submit" disabled={busy || !mayTry}>
        {busy && <Spinner />}
        {busy ? text.saving : text.change}
      </Button>
    </form>
  )
}
