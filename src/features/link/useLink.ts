import { useCallback, useEffect, useRef, useState } from 'react'
import { clearNow } from '../../lib/clear-now.ts'
import { asFailure, Failure } from '../../lib/failure.ts'
import { type Client, useSupabase } from '../../lib/supabase.ts'
import { useFetchedWhenIdle } from '../../lib/useFetchedWhenIdle.ts'
import { forgetLink, keepLink } from './kept-link.ts'
import {
  cancelLink,
  createSession,
  openLinkStream,
  readSession,
  requestLink,
  requestLinkAnyhow,
  requestLinkByAddress,
  type Row,
  type SessionNow,
} from './link-commands.ts'
import { joined, type LinkView, viewAfterError, viewOfCode } from './link-view.ts'
import { useLinkFromAddress } from './useLinkFromAddress.ts'
import { useResumedLink } from './useResumedLink.ts'

/** What follows a link is not needed until there is one: it is fetched when the page is idle, or while the row is being stored. */
const follower = () => import('./follow-link-here.ts')

/** An attempt that is over: who asks for a code now begins another. */
const OVER: ReadonlySet<LinkView['step']> = new Set(['expired', 'failed', 'cancelled'])
/** While one of these is shown, a code that comes is news. */
const AWAITS_CODE: ReadonlySet<LinkView['step']> = new Set(['starting', 'scan', 'offline'])

type Attempt = { controller: AbortController; row: Promise<Row> }

type LinkOptions = {
  organizationId: string
  /** Something was stored: what was read before is outdated. */
  onChanged: () => void
  onCancelled: () => void
  /** The link is cancelled, but the worker is offline and will clear it when it is back. */
  onOrderStored: () => void
}

/**
 * One link at a time: begins it, follows it, cancels it. Only the current attempt speaks; what an older one still has
 * to say is dropped. Unmounting stops watching and cancels nothing; mounting goes on with the link that this tab followed before.
 */
export function useLink({ organizationId, onChanged, onCancelled, onOrderStored }: LinkOptions) {
  const client = useSupabase()
  const [view, setView] = useState<LinkView>({ step: 'idle' })
  const [row, setRow] = useState<Row | null>(null)
  const current = useRef<Attempt | null>(null)

  useFetchedWhenIdle(follower)
  useEffect(() => () => current.current?.controller.abort(), [])

  const begin = useCallback(
    (store: () => Promise<Row>) => {
      current.current?.controller.abort()
      const mine: Attempt = { controller: new AbortController(), row: store() }
      current.current = mine
      const parts = follower()
      parts.catch(() => {})
      setView({ step: 'starting' })
      const show = (next: LinkView) => {
        if (current.current === mine && !mine.controller.signal.aborted) setView((before) => joined(before, next))
      }
      const run = async () => {
        const { signal } = mine.controller
        try {
          const stored = await mine.row
          if (signal.aborted) return
          setRow(stored)
          keepLink(organizationId, stored.id)
          onChanged()
          const { followLinkHere } = await parts.catch(() => {
            throw new Failure('unreachable', 'a part of the page could not be fetched')
          })
          const onView = (next: LinkView) => (next.step === 'cancelled' ? void afterCancel(client, stored.id).then(show) : show(next))
          await followLinkHere({ open: (inner) => openLinkStream(client, stored.id, inner), onView, signal })
          if (!signal.aborted) onChanged()
        } catch (error) {
          const { code } = asFailure(error)
          // A row that is gone cannot be linked; the next try makes a new one.
          if (code === 'not_found') setRow(null)
          show(viewAfterRefusal(code))
        }
      }
      void run()
      return mine
    },
    [client, onChanged, organizationId],
  )

  const close = useCallback(() => {
    current.current?.controller.abort()
    current.current = null
    forgetLink()
    setRow(null)
    setView({ step: 'idle' })
  }, [])

  const start = useCallback(
    (session?: Row) => {
      setRow(session ?? null)
      begin(() => (session ? requestLink(client, session.id) : createSession(client, organizationId)))
    },
    [begin, client, organizationId],
  )

  useLinkFromAddress(useCallback((sessionId) => void begin(() => requestLinkByAddress(client, sessionId)), [begin, client]))

  const retry = useCallback(
    () => begin(() => (row ? requestLinkAnyhow(client, organizationId, row.id) : createSession(client, organizationId))),
    [begin, client, organizationId, row],
  )

  const isOver = OVER.has(view.step)
  /** Asks for a code to type on the phone `phoneNumber` (E.164), in a new attempt where the last has ended. Resolves to what went wrong. */
  const requestCode = useCallback(
    async (phoneNumber: string): Promise<Failure | null> => {
      const mine = isOver ? retry() : current.current
      if (!mine) return null
      const { signal } = mine.controller
      try {
        const { id } = await mine.row
        const { requestPairingCode } = await import('./phone-tools.ts')
        const pairing = await requestPairingCode(client, id, phoneNumber, signal)
        // The stream may know more by now: that the phone has typed it, or that the attempt has ended.
        if (!signal.aborted) setView((before) => (AWAITS_CODE.has(before.step) ? joined(before, viewOfCode(pairing)) : before))
      } catch (error) {
        if (signal.aborted) return null
        const failure = asFailure(error)
        if (failure.code !== 'already_connected') return failure
        setView(viewAfterError(failure.code))
      }
      return null
    },
    [client, isOver, retry],
  )

  const cancel = useCallback(async () => {
    const mine = current.current
    if (!mine) return
    mine.controller.abort()
    setView({ step: 'cancelling' })
    try {
      // A wish that is still on its way must be there before it can be taken back.
      const id = (await mine.row.catch(() => row))?.id
      const answer = id ? await cancelLink(client, id) : null
      if (current.current !== mine) return
      onChanged()
      if (answer?.outcome === 'already_connected') {
        setView({ step: 'connected', phoneNumber: null, already: true })
        return
      }
      close()
      onCancelled()
      if (!id || !answer?.order_id) return
      const cleared = await clearNow(client, id, answer.order_id)
      if (cleared.kind === 'stored') onOrderStored()
      onChanged()
    } catch (error) {
      if (current.current === mine) setView({ step: 'cancel_failed', code: asFailure(error).code })
    }
  }, [client, close, onCancelled, onChanged, onOrderStored, row])

  /** The database says that the session is connected, whatever the stream missed. */
  const noticeConnected = useCallback((phoneNumber: string | null) => {
    current.current?.controller.abort()
    setView({ step: 'connected', phoneNumber, already: false })
  }, [])

  useResumedLink({
    organizationId,
    onWaiting: useCallback((waiting: Row) => void begin(() => Promise.resolve(waiting)), [begin]),
    onConnected: useCallback(
      (session: SessionNow) => {
        setRow(session)
        noticeConnected(session.phone_number)
      },
      [noticeConnected],
    ),
  })

  const isConnected = view.step === 'connected'
  useEffect(() => {
    if (isConnected) forgetLink()
  }, [isConnected])

  return { view, row, start, retry, requestCode, cancel, close, noticeConnected }
}

/** What is shown when the wish to link could not be stored. Nothing tries again by itself then. */
function viewAfterRefusal(code: Failure['code']): LinkView {
  if (code === 'already_connected') return { step: 'connected', phoneNumber: null, already: true }
  return { step: 'failed', code, reason: null }
}

/** What is shown when somebody else has ended the link: whether its session is still there makes a difference to who looks. */
async function afterCancel(client: Client, sessionId: string): Promise<LinkView> {
  const session = await readSession(client, sessionId).catch(() => null)
  return session === undefined ? { step: 'failed', code: 'not_found', reason: null } : { step: 'cancelled' }
}
