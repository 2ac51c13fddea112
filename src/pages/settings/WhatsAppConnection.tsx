import { lazy, Suspense, useMemo, useState } from 'react'
import { BeingRemoved } from '../../features/removal/BeingRemoved.tsx'
import { PurgeNotice } from '../../features/removal/PurgeNotice.tsx'
import { rowActions } from '../../features/sessions/row-actions.ts'
import type { SessionOverview } from '../../lib/session-overview.ts'
import { SessionList } from '../../features/sessions/SessionList.tsx'
import type { RowOrders } from '../../features/sessions/SessionRow.tsx'
import { WorkerIndicator } from '../../features/sessions/WorkerIndicator.tsx'
import { useWhatsAppSession } from '../../hooks/useWhatsAppSession.ts'
import { useFetchedWhenIdle } from '../../lib/useFetchedWhenIdle.ts'
import { useOrderInAddress } from '../../lib/useOrderInAddress.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { Notice } from '../../ui/notice.tsx'
import { useWords } from '../../words/words.ts'

// Heavy, and opened by few visits: fetched once the list stands.
const connectDialog = () => import('../../features/link/ConnectDialog.tsx')
const ConnectDialog = lazy(() => connectDialog().then(({ ConnectDialog }) => ({ default: ConnectDialog })))
const removalDialog = () => import('../../features/removal/RemovalDialog.tsx')
const RemovalDialog = lazy(() => removalDialog().then(({ RemovalDialog }) => ({ default: RemovalDialog })))
const orderDialog = () => import('../../features/removal/OrderDialog.tsx')
const OrderDialog = lazy(() => orderDialog().then(({ OrderDialog }) => ({ default: OrderDialog })))
const renameDialog = () => import('../../features/sessions/RenameDialog.tsx')
const RenameDialog = lazy(() => renameDialog().then(({ RenameDialog }) => ({ default: RenameDialog })))

/** Settings › WhatsApp: the organisation's devices, and linking, resetting and removing them. */
export function WhatsAppConnection() {
  const words = useWords()
  useTitle(words.list.title)
  const whatsApp = useWhatsAppSession()
  const { connectionState, startConnection, startSession, stopSession, deleteSession } = whatsApp
  const [removal, setRemoval] = useState<{ kind: 'reset' | 'delete'; session: SessionOverview } | null>(null)
  const [renaming, setRenaming] = useState<SessionOverview | null>(null)
  const { orderId, openOrder, closeOrder } = useOrderInAddress()
  useFetchedWhenIdle(connectDialog, removalDialog)

  // The same at every drawing: rows are drawn anew only when something of theirs changes.
  const orders = useMemo(
    (): RowOrders => ({
      onLink: startConnection,
      onRename: setRenaming,
      onStart: ({ id }) => void startSession(id),
      onStop: ({ id }) => void stopSession(id),
      onReset: (session) => setRemoval({ kind: 'reset', session }),
      onDelete: (session) => {
        if (rowActions(session).confirmDelete) setRemoval({ kind: 'delete', session })
        else void deleteSession(session.id).then(keepFocus)
      },
    }),
    [deleteSession, startConnection, startSession, stopSession],
  )
  return (
    <div className="space-y-4">
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <nav aria-label={words.nav.breadcrumb}>
          <ol className="flex items-center gap-2 text-sm">
            <li className="text-muted after:ml-2 after:content-['›']">{words.nav.settings}</li>
            <li>
              <h1 aria-current="page" className="font-medium">
                {words.nav.whatsapp}
              </h1>
            </li>
          </ol>
        </nav>
        <WorkerIndicator online={whatsApp.workerOnline} />
      </div>

      {whatsApp.workerOnline === false && (
        <Notice tone="warn" title={words.worker.offlineTitle}>
          {words.worker.offlineHint}
        </Notice>
      )}

      <SessionList
        look={whatsApp.look}
        isLoading={whatsApp.isLoading}
        isSearching={whatsApp.isSearching}
        loadError={whatsApp.loadError}
        onReload={whatsApp.refresh}
        outdated={whatsApp.outdatedSince !== null}
        mayChange={whatsApp.mayChange}
        deleting={whatsApp.deletingSessions}
        filter={whatsApp.filter}
        onView={whatsApp.showAround}
        onConnect={() => startConnection()}
        orders={orders}
      />

      {/* What stands below the list comes after it: the list would push it away. */}
      {!whatsApp.isLoading && (
        <>
          <PurgeNotice count={whatsApp.purgedCount} />
          <BeingRemoved orders={whatsApp.orders} workerOnline={whatsApp.workerOnline} onOpen={openOrder} />
        </>
      )}

      <Suspense fallback={null}>
        {connectionState.isConnecting && (
          <ConnectDialog
            view={connectionState.view}
            organizationId={whatsApp.organizationId}
            session={connectionState.sessionId ? { id: connectionState.sessionId, name: connectionState.sessionName } : null}
            onRetry={whatsApp.retryConnection}
            onRequestCode={whatsApp.requestPairingCode}
            onCancel={() => void whatsApp.cancelConnection()}
            onClose={whatsApp.closeConnection}
            onRename={whatsApp.renameSession}
          />
        )}
        {removal && (
          <RemovalDialog
            kind={removal.kind}
            session={removal.session}
            onConfirm={removal.kind === 'reset' ? whatsApp.resetSession : whatsApp.deleteSession}
            onClose={() => setRemoval(null)}
          />
        )}
        {!removal && orderId && <OrderDialog orderId={orderId} onClose={closeOrder} />}
        {renaming && <RenameDialog session={renaming} onRenamed={whatsApp.refresh} onClose={() => setRenaming(null)} />}
      </Suspense>
    </div>
  )
}

/** What had the focus is gone with its row: it goes on where the content begins, not at the top of the document. */
function keepFocus(): void {
  if (document.activeElement === document.body) document.getElementById('content')?.focus()
}
