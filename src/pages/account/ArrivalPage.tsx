import type { Arrival } from '../../features/auth/useArrival.ts'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { NewPasswordField } from '../../features/auth/NewPasswordField.tsx'
import { type PasswordProblem, setPassword, wordProblem } from '../../features/auth/password-commands.ts'
import { isAllowed, passwordStrength } from '../../features/auth/password-strength.ts'
import { useVisitor } from '../../features/auth/session.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { useWords } from '../../words/words.ts'
import { GuestPage } from '../GuestPage.tsx'

type ArrivalPageProps = { arrival: Exclude<Arrival, { kind: 'none' }>; onDone: () => void }

/** What somebody sees who came by the link of a mail. */
export default function ArrivalPage({ arrival, onDone }: ArrivalPageProps) {
  const words = useWords()
  const text = words.password
  useTitle(text.next)
  return (
    <GuestPage>
      {arrival.kind === 'checking' && (
        <>
          <h1 className="mb-4 text-center text-base font-semibold tracking-tight">{text.checkingLink}</h1>
          <Waiting />
        </>
      )}
      {arrival.kind === 'over' && <LinkOver onDone={onDone} />}
      {arrival.kind === 'unread' && (
        <div role="alert">
          <h1 className="text-base font-semibold tracking-tight">{text.linkUnread}</h1>
          <p className="mt-1 text-sm text-muted">{words.failures[arrival.code]}</p>
          <Button look="primary" className="mt-4 w-full" onClick={arrival.tryAgain}>
            {words.common.tryAgain}
          </Button>
        </div>
      )}
      {arrival.kind === 'password' && <ChoosePassword isFirst={arrival.purpose === 'welcome'} onDone={onDone} />}
    </GuestPage>
  )
}

function LinkOver({ onDone }: { onDone: () => void }) {
  const text = useWords().password
  const visitor = useVisitor()
  const [, goTo] = useLocation()
  const leaveFor = (address: string) => {
    goTo(address, { replace: true })
    onDone()
  }
  return (
    <div role="alert">
      <h1 className="text-base font-semibold tracking-tight">{text.linkOverTitle}</h1>
      <p className="mt-1 text-sm text-muted">{text.linkOver}</p>
      <div className="mt-4 space-y-2">
        {visitor.kind === 'user' ? (
          <Button look="primary" className="w-full" onClick={() => leaveFor('/')}>
            {text.carryOn}
          </Button>
        ) : (
          <>
            <Button look="primary" className="w-full" onClick={() => leaveFor(ADDRESSES.forgottenPassword)}>
              {text.newLink}
            </Button>
            <Button className="w-full" onClick={() => leaveFor('/')}>
              {text.backToSignIn}
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

/** `isFirst`: somebody who was invited, and may have a password all the same. */
function ChoosePassword({ isFirst, onDone }: { isFirst: boolean; onDone: () => void }) {
  const words = useWords()
  const text = words.password
  const client = useSupabase()
  const visitor = useVisitor()
  const [, goTo] = useLocation()
  const [password, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<PasswordProblem | null>(null)
  const email = visitor.kind === 'user' ? visitor.email : ''
  const leave = () => {
    // Who is invited finds the invitations there.
    goTo(isFirst ? ADDRESSES.account : '/', { replace: true })
    onDone()
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || !isAllowed(passwordStrength(password, email))) return
    setBusy(true)
    setProblem(null)
    const result = await setPassword(client, password)
    setBusy(false)
    if (!result.ok) return setProblem(result.problem)
    if (result.isElsewhereOut) toast.success(text.changed)
    else toast.warning(text.changedHereOnly)
    leave()
  }
  return (
    <form aria-labelledby="new-password" className="space-y-4" onSubmit={(event) => void save(event)}>
      <div>
        <h1 id="new-password" className="text-base font-semibold tracking-tight">
          {isFirst ? text.welcomeTitle : text.resetTitle}
        </h1>
        <p className="mt-1 text-sm break-words text-muted">{isFirst ? text.welcomeIntro(email) : text.resetIntro(email)}</p>
      </div>
      <NewPasswordField email={email} value={password} onChange={setTyped} problem={problem && wordProblem(words, problem)} />
      <Button type="submit" look="primary" className="w-full" disabled={busy || !isAllowed(passwordStrength(password, email))}>
        {busy && <Spinner />}
        {busy ? text.saving : text.save}
      </Button>
      {isFirst && (
        <Button look="ghost" className="w-full" onClick={leave}>
          {text.haveOne}
        </Button>
      )}
    </form>
  )
}
