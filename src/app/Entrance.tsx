import { lazy, Suspense } from 'react'
import { useVisitor } from '../features/auth/session.ts'
import { SignIn } from '../pages/SignIn.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { Waiting } from '../ui/waiting.tsx'

// Fetched at once but apart: whoever still has to sign in does not wait for it.
const signedIn = import('./router.tsx')
const Router = lazy(() => signedIn.then(({ Router }) => ({ default: Router })))

/** A guest sees the sign-in at every address, and then what was asked for. */
export function Entrance() {
  const visitor = useVisitor()
  if (visitor.kind === 'guest') return <SignIn />
  const waiting = (
    <CenterPage>
      <Waiting />
    </CenterPage>
  )
  if (visitor.kind === 'checking') return waiting
  return (
    <Suspense fallback={waiting}>
      <Router userId={visitor.id} email={visitor.email} />
    </Suspense>
  )
}
