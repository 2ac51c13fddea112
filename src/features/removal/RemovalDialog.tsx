import { IS_LINKED } from '#domain/session.ts'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useId, useState } from 'react'
import type { FailureCode } from '../../lib/failure.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { sessionLabel, type SessionOverview } from '../../lib/session-overview.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useOrderInAddress } from '../../lib/useOrderInAddress.ts'
import { AlertDialog } from '../../ui/alert-dialog.tsx'
import { useWords } from '../../words/words.ts'
import { OrderProgress } from './OrderProgress.tsx'
import { QuestionActions, type QuestionState } from './QuestionActions.tsx'
import { CloseAction } from './CloseAction.tsx'
import { countsQuery } from './removal-queries.ts'
import { isTyped, wantedName } from './typed-name.ts'
import { TypedName } from './TypedName.tsx'
import { useOrder } from './useOrder.ts'
import type { RemovalResult } from './useRemoval.ts'
import { WhatGoes } from './WhatGoes.tsx'

type RemovalDialogProps = {
  kind: 'reset' | 'delete'
  session: SessionOverview
  /** Stores the order; never rejects. */
  onConfirm: (sessionId: string) => Promise<RemovalResult>
  onClose: () => void
}

/**
 * Asks before a link is destroyed, then follows the order until its receipt is there. From then on the order stands in the address:
 * after a reload `OrderDialog` goes on with it.
 */
export function RemovalDialog({ kind, session, onConfirm, onClose }: RemovalDialogProps) {
  const text = useWords().removal
  const phone = usePhoneLabel()
  const client = useSupabase()
  const formId = useId()
  const { openOrder, closeOrder } = useOrderInAddress()
  const [orderId, setOrderId] = useState<string | null>(null)
  const [state, setState] = useState<QuestionState>({ kind: 'asking' })
  const [typed, setTyped] = useState('')
  const { data: counts } = useQuery({ ...countsQuery(client, session.id), enabled: orderId === null })
  const { order, isUnread } = useOrder(orderId)
  const label = sessionLabel(session, phone)
  const wanted = kind === 'reset' && IS_LINKED[session.status] ? wantedName(session, phone) : null
  const missing = wanted && !isTyped(typed, wanted) ? wanted.kind : null

  const confirm = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (missing) {
      event.currentTarget.querySelector('input')?.focus()
      return
    }
    if (state.kind === 'storing') return
    setState({ kind: 'storing' })
    const result = await onConfirm(session.id)
    if (result.kind === 'failed') setState(result)
    else if (result.kind === 'ordered' && result.orderId) {
      openOrder(result.orderId)
      setOrderId(result.orderId)
    }
    // A toast has said it, or the strip shows it.
    else onClose()
  }
  useEffect(() => {
    if (orderId === null) return undefined
    // The browser's Back leaves the checklist.
    window.addEventListener('popstate', onClose)
    return () => window.removeEventListener('popstate', onClose)
  }, [orderId, onClose])
  const close = () => {
    if (orderId !== null) closeOrder()
    onClose()
  }

  if (orderId !== null)
    return (
      <AlertDialog
        // The same place in the tree as the question: what was opened stays open, and gives the focus back to where it came from.
        key="removal"
        title={text.titles[kind](label)}
        description={kind === 'reset' ? text.resetDone : text.deleteDone}
        // The order is stored: closing the dialog takes nothing back.
        onEscape={close}
        actions={<CloseAction order={order} onClose={close} />}
      >
        <OrderProgress order={order} isUnread={isUnread} />
      </AlertDialog>
    )
  return (
    <AlertDialog
      key="removal"
      title={(kind === 'reset' ? text.resetQuestion : text.deleteQuestion)(label)}
      description={kind === 'reset' ? text.resetBody : text.deleteBody}
      onEscape={onClose}
      actions={<QuestionActions kind={kind} formId={formId} state={state} missing={missing} onClose={onClose} />}
    >
      <WhatGoes session={session} counts={counts} />
      <form id={formId} onSubmit={(event) => void confirm(event)}>
        {wanted && <TypedName wanted={wanted} typed={typed} onType={setTyped} />}
      </form>
      {state.kind === 'failed' && <Failed code={state.code} />}
    </AlertDialog>
  )
}

function Failed({ code }: { code: FailureCode }) {
  const words = useWords()
  return (
    <div role="alert" className="mt-4 rounded-xl bg-bad-soft p-4 text-sm">
      <p className="font-medium">{words.removal.failed}</p>
      <p className="mt-0.5 text-muted">{words.failures[code]}</p>
    </div>
  )
}
