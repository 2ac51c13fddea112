import type { SessionState } from '#domain/session.ts'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { LinkView } from '../features/link/link-view.ts'
import { useLink } from '../features/link/useLink.ts'
import { useOrganization } from '../features/organization/organization.ts'
import { mayChange as roleMayChange } from '../features/organization/organization-queries.ts'
import { usePurgeOnLoad } from '../features/removal/usePurgeOnLoad.ts'
import { useRemoval } from '../features/removal/useRemoval.ts'
import { renameSession, startSession, stopSession } from '../features/sessions/session-commands.ts'
import { useListView } from '../features/sessions/useListView.ts'
import { useSessionList } from '../features/sessions/useSessionList.ts'
import type { FailureCode } from '../lib/failure.ts'
import { toast } from '../lib/toast.ts'
import { useSupabase } from '../lib/supabase.ts'
import { useWords } from '../words/words.ts'
import { useCommand } from './useCommand.ts'

/** The link that is under way. `view` says all of it; the other fields are what a simple page needs. */
export type ConnectionState = {
  isConnecting: boolean
  sessionId: string | null
  sessionName: string | null
  qrCode: string | null
  pairingCode: string | null
  status: SessionState
  error: FailureCode | null
  view: LinkView
}

/** The sessions of the current organisation, and everything that may be done with them. */
export function useWhatsAppSession() {
  const client = useSupabase()
  const words = useWords()
  const organization = useOrganization().current
  const mayChange = roleMayChange(organization.role)

  const refreshNow = useRef(() => {})
  const refresh = useCallback(() => refreshNow.current(), [])
  const link = useLink({
    organizationId: organization.id,
    onChanged: refresh,
    onCancelled: useCallback(() => toast.message(words.toasts.cancelled), [words]),
    onOrderStored: useCallback(() => toast.message(words.toasts.orderStored), [words]),
  })
  const linkOpen = link.view.step !== 'idle'
  const connectedId = link.view.step === 'connected' ? (link.row?.id ?? null) : null
  const { filter, view, showAround } = useListView()
  const linkedId = linkOpen ? (link.row?.id ?? null) : null
  const list = useSessionList({ organizationId: organization.id, view, mayChange, linkOpen, linkedId, connectedId })
  useEffect(() => {
    refreshNow.current = list.refresh
  }, [list.refresh])
  const removal = useRemoval(refresh)
  const purgedCount = usePurgeOnLoad(organization.id, mayChange, refresh)

  const { noticeConnected } = link
  const missed = list.linkedRow?.effective_status === 'connected' && FOLLOWED.has(link.view.step)
  const linkedNumber = list.linkedRow?.phone_number ?? null
  useEffect(() => {
    if (missed) noticeConnected(linkedNumber)
  }, [missed, linkedNumber, noticeConnected])

  const command = useCommand(refresh)
  // The same function at every drawing: the field that names a device waits on it.
  const rename = useCallback((id: string, name: string) => command(() => renameSession(client, id, name), null), [client, command])

  return {
    organizationId: organization.id,
    /** The rows that were read; `look` says which of how many they are. */
    sessions: list.look?.sessions ?? NONE,
    look: list.look,
    isSearching: list.isSearching,
    filter,
    showAround,
    isLoading: list.isLoading,
    loadError: list.loadError,
    outdatedSince: list.outdatedSince,
    orders: list.orders,
    workerOnline: list.workerOnline,
    mayChange,
    purgedCount,
    refresh,
    connectionState: useMemo(() => connectionState(link.view, link.row, list.workerOnline), [link.view, link.row, list.workerOnline]),
    /** Links a new device, or an existing session again. */
    startConnection: link.start,
    /** A new code, or another try. */
    retryConnection: link.retry,
    /** A code to type on the phone instead of scanning. */
    requestPairingCode: link.requestCode,
    cancelConnection: link.cancel,
    /** Stops watching; cancels nothing. */
    closeConnection: link.close,
    deleteSession: removal.deleteSession,
    isDeletingSession: removal.isDeletingSession,
    deletingSessions: removal.deleting,
    resetSession: removal.resetSession,
    isResettingSession: removal.isResettingSession,
    startSession: useCallback((id: string) => command(() => startSession(client, id), words.toasts.started), [client, command, words]),
    stopSession: useCallback((id: string) => command(() => stopSession(client, id), words.toasts.stopped), [client, command, words]),
    renameSession: rename,
  }
}

const NONE: never[] = []

/** While one of these is shown, the stream may have missed that the link is there. */
const FOLLOWED: ReadonlySet<LinkView['step']> = new Set(['starting', 'scan', 'linking', 'offline', 'expired'])

function connectionState(
  streamed: LinkView,
  row: { id: string; display_name: string | null } | null,
  workerOnline: boolean | undefined,
): ConnectionState {
  // A worker without a heartbeat is not waited for: the dialog says so at once, and the stream goes on trying.
  const view: LinkView = streamed.step === 'starting' && workerOnline === false ? { step: 'offline', code: 'worker_offline' } : streamed
  return {
    isConnecting: view.step !== 'idle',
    sessionId: row?.id ?? null,
    sessionName: row?.display_name ?? null,
    qrCode: view.step === 'scan' ? (view.qr?.text ?? null) : null,
    pairingCode: view.step === 'scan' ? (view.pairing?.code ?? null) : null,
    status: view.step === 'idle' || view.step === 'failed' ? 'disconnected' : view.step === 'connected' ? 'connected' : 'connecting',
    error: 'code' in view ? view.code : null,
    view,
  }
}
