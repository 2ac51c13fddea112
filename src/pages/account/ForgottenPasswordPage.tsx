import { MailCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'wouter'
import { sendPasswordLink } from '../../features/auth/password-commands.ts'
import { useConfig } from '../../lib/config.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { GuestPage } from '../GuestPage.tsx'

/** The same at each drawing, so that it is called once. */
const focus = (element: HTMLElement | null) => element?.focus()

/** Has a link sent for a new password, or says who gives one where no mail is sent. */
export default function ForgottenPasswordPage() {
  const words = useWords().password
  const { mail } = useConfig()
  useTitle(words.forgottenTitle)
  return (
    <GuestPage>
      {mail ? (
        <AskForLink />
      ) : (
        <>
          <h1 className="text-base font-semibold tracking-tight">{words.noMailTitle}</h1>
          <p className="mt-1 text-sm text-muted">{words.noMail}</p>
          <pre className="mt-3 overflow-x-auto rounded-lg bg-raised px-3 py-2 text-sm">npm run reset-password</pre>
        </>
      )}
      <p className="mt-4 text-center">
        <Link href="/" className="inline-flex min-h-9 items-center text-note font-medium text-brand underline-offset-4 hover:underline">
          {words.backToSignIn}
        </Link>
      </p>
    </GuestPage>
  )
}

function AskForLink() {
  const words = useWords()
  const text = words.password
  const client = useSupabase()
  const { demo } = useConfig()
  const [email, setEmail] = useState(demo?.email ?? '')
  const [phase, setPhase] = useState<'asking' | 'sending' | 'sent' | 'failed'>('asking')
  const ask = async (event: FormEvent) => {
    event.preventDefault()
    if (phase === 'sending') return
    setPhase('sending')
    setPhase((await sendPasswordLink(client, email.trim())) ? 'sent' : 'failed')
  }
  if (phase === 'sent') {
    return (
      <div>
        <MailCheck aria-hidden className="mb-3 size-7 text-good" />
        {/* The button that had the focus is gone. */}
        <h1 tabIndex={-1} ref={focus} className="text-base font-semibold tracking-tight outline-none">
          {text.sentTitle}
        </h1>
        <p className="mt-1 text-sm break-words">{text.sent(email.trim())}</p>
        <p className="mt-2 text-note text-muted">{text.sentHint}</p>
        {demo && <p className="mt-2 text-note text-muted">{text.sentDemo}</p>}
        <Button className="mt-4 w-full" onClick={() => setPhase('asking')}>
          {text.otherEmail}
        </Button>
      </div>
    )
  }
  return (
    <form aria-labelledby="forgotten-password" className="space-y-4" onSubmit={(event) => void ask(event)}>
      <div>
        <h1 id="forgotten-password" className="text-base font-semibold tracking-tight">
          {text.forgottenTitle}
        </h1>
        <p className="mt-1 text-sm text-muted">{text.forgottenIntro}</p>
      </div>
      <Field
        label={words.signIn.email}
        type="email"
        autoComplete="username"
        required
        value={email}
        problem={phase === 'failed' ? words.failures.unreachable : null}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Button type="submit" look="primary" className="w-full" disabled={phase === 'sending'}>
        {phase === 'sending' && <Spinner />}
        {phase === 'sending' ? text.sendingLink : text.sendLink}
      </Button>
    </form>
  )
}
