import { lazy, Suspense, useEffect, useState } from 'react'
import { useOrganization } from '../../features/organization/organization.ts'
import { mayChange as roleMayChange } from '../../features/organization/organization-queries.ts'
import { useRemoval } from '../../features/removal/useRemoval.ts'
import type { SessionDetail } from '../../features/session/session-query.ts'
import { SessionEnd } from '../../features/session/SessionEnd.tsx'
import { HeaderSkeleton, SessionSkeleton } from '../../features/session/SessionSkeleton.tsx'
import { rowActions } from '../../features/sessions/row-actions.ts'
import { renameSession, startSession, stopSession } from '../../features/sessions/session-commands.ts'
import { useCommand } from '../../hooks/useCommand.ts'
import { useSession } from '../../hooks/useSession.ts'
import { asFailure } from '../../lib/failure.ts'
import { fetchPhoneFormat, usePhoneLabel } from '../../lib/phone-label.ts'
import { sessionLabel } from '../../lib/session-overview.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useFetchedWhenIdle } from '../../lib/useFetchedWhenIdle.ts'
import { useOrderInAddress } from '../../lib/useOrderInAddress.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { useWords } from '../../words/words.ts'
import { SessionActions } from './SessionActions.tsx'
import { SessionCrumbs } from './SessionCrumbs.tsx'
import { SessionHeader } from './SessionHeader.tsx'
import { SessionSections } from './SessionSections.tsx'

const removalDialog = () => import('../../features/removal/RemovalDialog.tsx')
const RemovalDialog = lazy(() => removalDialog().then(({ RemovalDialog }) => ({ default: RemovalDialog })))
const OrderDialog = lazy(() => import('../../features/removal/OrderDialog.tsx').then(({ OrderDialog }) => ({ default: OrderDialog })))

/** Settings › WhatsApp › one session: how it is, what happened to it, and what may be done with it; also of one that is gone. */
export default function SessionPage({ sessionId }: { sessionId: string }) {
  const words = useWords()
  const client = useSupabase()
  const phone = usePhoneLabel()
  const organization = useOrganization().current
  const mayChange = roleMayChange(organization.role)
  const { session, fate, loadError, outdated, workerOnline, refresh } = useSession(organization.id, sessionId)
  const removal = useRemoval(refresh)
  const command = useCommand(refresh)
  const { orderId, openOrder, closeOrder } = useOrderInAddress()
  const [asking, setAsking] = useState<{ kind: 'reset' | 'delete'; session: SessionDetail } | null>(null)
  useFetchedWhenIdle(removalDialog)
  // Its number is the page's heading.
  useEffect(() => void fetchPhoneFormat(), [])

  const label = session ? sessionLabel(session, phone) : null
  useTitle(label ?? words.nav.whatsapp)
  const isKnown = session !== undefined && (session !== null || fate !== undefined)
  // Whoever reads about a session goes on reading in the moment in which it goes.
  const [wasShown, setShown] = useState(false)
  if (isKnown && !wasShown) setShown(true)
  const askOrDelete = (row: SessionDetail) => {
    if (rowActions(row).confirmDelete) setAsking({ kind: 'delete', session: row })
    else void removal.deleteSession(row.id)
  }
  return (
    <div className="space-y-4">
      <SessionCrumbs label={label} workerOnline={workerOnline} />
      {loadError && (
        <Notice tone="bad" title={words.session.loadFailed} action={<Button onClick={refresh}>{words.common.tryAgain}</Button>}>
          {words.failures[asFailure(loadError).code]}
        </Notice>
      )}
      {!loadError && !isKnown && (wasShown ? <HeaderSkeleton /> : <SessionSkeleton />)}
      {session && label !== null && (
        <SessionHeader
          session={session}
          label={label}
          outdated={outdated}
          mayChange={mayChange}
          onRename={async (name) => {
            await renameSession(client, session.id, name)
            refresh()
          }}
          actions={
            <SessionActions
              session={session}
              isDeleting={removal.isDeletingSession}
              onStart={() => void command(() => startSession(client, session.id), words.toasts.started)}
              onStop={() => void command(() => stopSession(client, session.id), words.toasts.stopped)}
              onReset={() => setAsking({ kind: 'reset', session })}
              onDelete={() => askOrDelete(session)}
            />
          }
        />
      )}
      {session === null && fate && <SessionEnd fate={fate} workerOnline={workerOnline} />}
      {session !== undefined && wasShown && fate?.kind !== 'unheard' && (
        <SessionSections
          organizationId={organization.id}
          sessionId={sessionId}
          session={session}
          mayChange={mayChange}
          onOpenOrder={openOrder}
        />
      )}
      <Suspense fallback={null}>
        {asking && (
          <RemovalDialog
            kind={asking.kind}
            session={asking.session}
            onConfirm={asking.kind === 'reset' ? removal.resetSession : removal.deleteSession}
            onClose={() => setAsking(null)}
          />
        )}
        {!asking && orderId && <OrderDialog orderId={orderId} detailed onClose={closeOrder} />}
      </Suspense>
    </div>
  )
}
