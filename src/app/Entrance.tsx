import { lazy, Suspense, useEffect } from 'react'
import { Redirect, useLocation } from 'wouter'
import { useVisitor } from '../features/auth/session.ts'
import { useArrival } from '../features/auth/useArrival.ts'
import { ADDRESSES } from '../lib/addresses.ts'
import { CenterPage } from '../ui/center-page.tsx'
import { keepFocus } from './kept-focus.ts'
import { Waiting } from '../ui/waiting.tsx'

// Fetched at once but apart: whoever still has to sign in does not wait for it.
const signedIn = import('./router.tsx')
const Router = lazy(() => signedIn.then(({ Router }) => ({ default: Router })))
// Who is signed in does not wait for the pages of who is not.
const SignIn = lazy(() => import('../pages/SignIn.tsx').then(({ SignIn }) => ({ default: SignIn })))
const ArrivalPage = lazy(() => import('../pages/account/ArrivalPage.tsx'))
const ForgottenPasswordPage = lazy(() => import('../pages/account/ForgottenPasswordPage.tsx'))

/** Where somebody who is signed in has nothing to do, and where they go instead. */
const FOR_GUESTS: Partial<Record<string, string>> = {
  [ADDRESSES.forgottenPassword]: ADDRESSES.account,
  [ADDRESSES.newPassword]: ADDRESSES.account,
  [ADDRESSES.welcome]: ADDRESSES.account,
}

/** Who comes by the link of a mail sees what it is for; a guest the sign-in at every address, and then what was asked for. */
export function Entrance() {
  const visitor = useVisitor()
  const [arrival, finishArrival] = useArrival()
  const [address] = useLocation()
  useEffect(() => keepFocus(document), [])
  const waiting = (
    <CenterPage>
      <Waiting />
    </CenterPage>
  )
  return <Suspense fallback={waiting}>{content()}</Suspense>

  function content() {
    if (visitor.kind === 'checking') return waiting
    if (arrival.kind !== 'none' && (visitor.kind === 'user' || arrival.kind !== 'password')) {
      return <ArrivalPage arrival={arrival} onDone={finishArrival} />
    }
    if (visitor.kind === 'guest') {
      return address === ADDRESSES.forgottenPassword || address === ADDRESSES.newPassword ? <ForgottenPasswordPage /> : <SignIn />
    }
    const elsewhere = FOR_GUESTS[address]
    if (elsewhere) return <Redirect to={elsewhere} replace />
    return <Router userId={visitor.id} email={visitor.email} />
  }
}
