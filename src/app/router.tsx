import { BrowserRouter, Link, Navigate, Route, Routes } from 'react-router'
import { useOrganization } from '../features/organization/organization.ts'
import { OrganizationGate } from '../features/organization/OrganizationGate.tsx'
import { WhatsAppConnection } from '../pages/settings/WhatsAppConnection.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { useWords } from '../words/words.ts'
import { Layout } from './Layout.tsx'

const HOME = '/settings/whatsapp'

/** The pages of somebody who is signed in, and which stands at which address. */
export function Router({ userId, email }: { userId: string; email: string }) {
  return (
    <BrowserRouter>
      <OrganizationGate userId={userId}>
        <Routes>
          <Route element={<Layout email={email} />}>
            <Route path="/" element={<Navigate to={HOME} replace />} />
            <Route path={HOME} element={<WhatsAppPage />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </OrganizationGate>
    </BrowserRouter>
  )
}

/** Anew for each organisation, so that nothing of one is shown for another. */
function WhatsAppPage() {
  const { current } = useOrganization()
  return <WhatsAppConnection key={current.id} />
}

function NotFound() {
  const words = useWords()
  return (
    <CenterPage>
      <h1 className="text-xl font-semibold tracking-tight">{words.nav.notFound}</h1>
      <Link to={HOME} className="mt-2 inline-block text-sm font-medium text-brand underline-offset-4 hover:underline">
        {words.nav.backToSettings}
      </Link>
    </CenterPage>
  )
}
