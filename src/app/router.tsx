import { lazy, Suspense } from 'react'
import { Link, Redirect, Route, Switch } from 'wouter'
import { useOrganization } from '../features/organization/organization.ts'
import { OrganizationGate } from '../features/organization/OrganizationGate.tsx'
import { ADDRESSES } from '../lib/addresses.ts'
import { WhatsAppConnection } from '../pages/settings/WhatsAppConnection.tsx'
import { useTitle } from '../lib/useTitle.ts'
import { Waiting } from '../ui/waiting.tsx'
import { useWords } from '../words/words.ts'
import { Layout } from './Layout.tsx'
import { LiveOrganization } from './LiveOrganization.tsx'

const SessionPage = lazy(() => import('../pages/session/SessionPage.tsx'))
const ActivityPage = lazy(() => import('../pages/activity/ActivityPage.tsx'))
const MembersPage = lazy(() => import('../pages/settings/MembersPage.tsx'))
const WebhooksPage = lazy(() => import('../pages/webhooks/WebhooksPage.tsx'))
const WebhookPage = lazy(() => import('../pages/webhooks/WebhookPage.tsx'))
const AccountPage = lazy(() => import('../pages/account/AccountPage.tsx'))

/** The pages of somebody who is signed in, and which stands at which address. */
export function Router({ userId, email }: { userId: string; email: string }) {
  return (
    <OrganizationGate userId={userId}>
      <LiveOrganization>
        <Layout email={email}>
          <Pages email={email} />
        </Layout>
      </LiveOrganization>
    </OrganizationGate>
  )
}

/** Anew for each organisation, so that nothing of one is shown for another. */
function Pages({ email }: { email: string }) {
  const { current } = useOrganization()
  return (
    <Suspense key={current.id} fallback={<Waiting />}>
      <Switch>
        <Route path={ADDRESSES.devices} component={WhatsAppConnection} />
        <Route path={ADDRESSES.device}>{({ sessionId }) => <SessionPage key={sessionId} sessionId={sessionId} />}</Route>
        <Route path={ADDRESSES.activity} component={ActivityPage} />
        <Route path={ADDRESSES.members} component={MembersPage} />
        <Route path={ADDRESSES.webhooks} component={WebhooksPage} />
        <Route path={ADDRESSES.webhook}>{({ endpointId }) => <WebhookPage key={endpointId} endpointId={endpointId} />}</Route>
        <Route path={ADDRESSES.account}>
          <AccountPage email={email} />
        </Route>
        <Route path="/">
          <Redirect to={ADDRESSES.devices} replace />
        </Route>
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  )
}

function NotFound() {
  const words = useWords()
  useTitle(words.nav.notFound)
  return (
    <div className="py-16 text-center">
      <h1 className="text-xl font-semibold tracking-tight">{words.nav.notFound}</h1>
      <Link href={ADDRESSES.devices} className="mt-2 inline-block text-sm font-medium text-brand underline-offset-4 hover:underline">
        {words.nav.backToSettings}
      </Link>
    </div>
  )
}
