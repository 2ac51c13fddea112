import type { Receipt } from '#domain/clearance.ts'
import { CircleCheck, Clock, Minus, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { AlertDialog, AlertDialogCancel } from '../../ui/alert-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useWords } from '../../words/words.ts'
import { sessionLabel, type SessionOverview } from '../../lib/session-overview.ts'
import type { RemovalResult } from './useRemoval.ts'

type RemovalDialogProps = {
  kind: 'reset' | 'delete'
  session: SessionOverview
  /** Carries it out; never rejects. */
  onConfirm: (sessionId: string) => Promise<RemovalResult>
  onClose: () => void
}

/** Asks before a link is destroyed, then stays until it is known what became of it. */
export function RemovalDialog({ kind, session, onConfirm, onClose }: RemovalDialogProps) {
  const words = useWords()
  const text = words.removal
  const [phase, setPhase] = useState<'asking' | 'working' | RemovalResult>('asking')
  const label = sessionLabel(session, usePhoneLabel())
  const confirm = async () => {
    setPhase('working')
    const result = await onConfirm(session.id)
    // A toast has said it already.
    if (result.kind === 'not_deleted') onClose()
    else setPhase(result)
  }
  const asking = phase === 'asking'
  const failed = typeof phase === 'object' && phase.kind === 'failed'
  const title = {
    reset: asking ? text.resetQuestion : text.resetTitle,
    delete: asking ? text.deleteQuestion : text.deleteTitle,
  }[kind]
  return (
    <AlertDialog
      title={title(label)}
      description={kind === 'reset' ? text.resetBody : text.deleteBody}
      // The order is stored: closing the dialog takes nothing back.
      onEscape={onClose}
      actions={
        asking ? (
          <>
            <AlertDialogCancel asChild>
              <Button onClick={onClose}>{text.keep}</Button>
            </AlertDialogCancel>
            <Button look="danger" onClick={() => void confirm()}>
              {kind === 'reset' ? text.resetConfirm : text.deleteConfirm}
            </Button>
          </>
        ) : (
          <>
            <Button look={phase === 'working' || failed ? 'secondary' : 'primary'} onClick={onClose}>
              {phase === 'working' || failed ? words.common.close : words.common.done}
            </Button>
            {failed && (
              <Button look="danger" onClick={() => void confirm()}>
                {words.common.tryAgain}
              </Button>
            )}
          </>
        )
      }
    >
      <ul className="mt-4 space-y-2 text-sm">
        {text.items.map((item) => (
          <li key={item} className="flex items-start gap-2.5">
            <Minus aria-hidden className="mt-1 size-3 shrink-0 text-muted" />
            {item}
          </li>
        ))}
      </ul>
      {!asking && (
        <div aria-live="polite" className="mt-5 rounded-xl bg-raised p-4 text-sm">
          {phase === 'working' ? (
            <Outcome icon={<Spinner className="size-5 text-muted" />} title={text.working} hint={text.workingHint} />
          ) : (
            <ResultOutcome result={phase} />
          )}
        </div>
      )}
    </AlertDialog>
  )
}

function ResultOutcome({ result }: { result: RemovalResult }) {
  const words = useWords()
  const text = words.removal
  if (result.kind === 'not_deleted') return null
  if (result.kind === 'failed')
    return <Outcome icon={<TriangleAlert className="size-5 text-bad" />} title={text.failed} hint={words.failures[result.code]} />
  const { answer } = result
  if (answer.kind === 'stored') return <Outcome icon={<Clock className="size-5 text-warn" />} title={text.stored} hint={text.storedHint} />
  if (answer.kind === 'pending')
    return <Outcome icon={<Clock className="size-5 text-warn" />} title={text.stored} hint={text.pendingHint} />
  const removed = removedWords(answer.receipt, text.removedList)
  if (answer.receipt.remoteUnlink === 'unconfirmed')
    return (
      <Outcome icon={<TriangleAlert className="size-5 text-warn" />} title={text.goneHere} hint={text.goneHereHint}>
        <ol className="mt-2 list-decimal space-y-1 pl-5">
          {text.unlinkSteps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <p className="mt-2 text-muted">{removed}</p>
      </Outcome>
    )
  return (
    <Outcome icon={<CircleCheck className="size-5 text-good" />} title={text.gone} hint={text.goneHint}>
      <p className="mt-2 text-muted">{removed}</p>
    </Outcome>
  )
}

function removedWords({ removed }: Receipt, say: (files: number, backups: number, messages: number) => string): string {
  return say(removed.credentials.files, removed.backups.files, removed.outbox.messages)
}

function Outcome({ icon, title, hint, children }: { icon: ReactNode; title: string; hint: string; children?: ReactNode }) {
  return (
    <div className="flex items-start gap-3">
      <span aria-hidden className="shrink-0">
        {icon}
      </span>
      <div>
        <p className="font-medium">{title}</p>
        <p className="mt-0.5 text-muted">{hint}</p>
        {children}
      </div>
    </div>
  )
}
