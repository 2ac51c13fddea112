import type { QueuedText } from '#domain/message.ts'
import { Clock, CircleAlert, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { usePhoneLabel } from '../../../lib/phone-label.ts'
import { AlertDialog, AlertDialogCancel } from '../../../ui/alert-dialog.tsx'
import { Button } from '../../../ui/button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { useWords } from '../../../words/words.ts'
import { useAgo } from '../useAgo.ts'
import { useRemoveTexts } from './useRemoveTexts.ts'

/** The texts that wait to be sent, and those that WhatsApp would not take. */
export function WaitingTexts({ sessionId, texts, mayChange }: { sessionId: string; texts: QueuedText[]; mayChange: boolean }) {
  const words = useWords()
  const [isAsking, setAsking] = useState(false)
  const removal = useRemoveTexts(sessionId)
  const title = useRef<HTMLHeadingElement>(null)
  const remove = async (id?: string) => {
    await removal.mutateAsync(id).catch(() => undefined)
    // The button went with its row.
    title.current?.focus()
  }
  return (
    <section aria-labelledby="waiting-title" className="overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
      <div className="flex min-h-13 items-center justify-between gap-4 px-4 py-2 sm:px-5">
        <h3 id="waiting-title" ref={title} tabIndex={-1} className="text-[0.9375rem] font-semibold tracking-tight outline-none">
          {words.messages.waiting}
          {texts.length > 0 && <span className="ml-2 font-normal text-muted tabular-nums">{texts.length}</span>}
        </h3>
        {mayChange && texts.length > 0 && (
          <Button size="small" look="ghost" onClick={() => setAsking(true)}>
            {words.messages.removeAll}
          </Button>
        )}
      </div>
      {texts.length === 0 ? (
        <p className="border-t border-line px-4 py-4 text-sm text-muted sm:px-5">{words.messages.noneWaiting}</p>
      ) : (
        <ul aria-labelledby="waiting-title" className="divide-y divide-line border-t border-line">
          {texts.map((text) => (
            <WaitingText
              key={text.id}
              text={text}
              isRemoving={removal.isPending && removal.variables === text.id}
              onRemove={mayChange ? () => void remove(text.id) : null}
            />
          ))}
        </ul>
      )}
      {isAsking && (
        <AlertDialog
          title={words.messages.removeAllQuestion(texts.length)}
          description={words.messages.removeAllBody}
          onEscape={() => setAsking(false)}
          actions={
            <>
              <AlertDialogCancel asChild>
                <Button onClick={() => setAsking(false)}>{words.messages.keep}</Button>
              </AlertDialogCancel>
              <Button
                look="danger"
                onClick={() => {
                  setAsking(false)
                  void remove()
                }}
              >
                {words.messages.removeAll}
              </Button>
            </>
          }
        >
          {null}
        </AlertDialog>
      )}
    </section>
  )
}

function WaitingText({ text, isRemoving, onRemove }: { text: QueuedText; isRemoving: boolean; onRemove: (() => void) | null }) {
  const words = useWords().messages
  const phone = usePhoneLabel()
  const ago = useAgo()
  const to = phone(text.to)
  const Icon = text.state === 'waiting' ? Clock : CircleAlert
  return (
    <li data-text={text.id} className="flex items-start gap-3 px-4 py-3 sm:px-5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${text.state === 'waiting' ? 'text-muted' : 'text-bad'}`} />
      <div className="min-w-0 flex-1 text-sm">
        <p className="font-medium tabular-nums">{to}</p>
        <p dir="auto" className="line-clamp-3 break-words whitespace-pre-wrap">
          {text.text}
        </p>
        <p className="mt-0.5 text-note text-muted">
          {[words.states[text.state], words.attempts(text.attempts), words.queuedAt(ago(text.queuedAt))].join(' · ')}
        </p>
      </div>
      {onRemove && (
        <Button
          look="ghost"
          size="icon"
          aria-label={words.removeTo(to)}
          disabled={isRemoving}
          className="hover:text-bad"
          onClick={onRemove}
        >
          {isRemoving ? <Spinner /> : <Trash2 aria-hidden className="size-4" />}
        </Button>
      )}
    </li>
  )
}
