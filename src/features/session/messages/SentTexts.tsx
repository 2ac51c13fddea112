import type { SentState, SentText } from '#domain/message.ts'
import { Check, CheckCheck, Eye, type LucideIcon } from 'lucide-react'
import { usePhoneLabel } from '../../../lib/phone-label.ts'
import { useWords } from '../../../words/words.ts'
import { useAgo } from '../useAgo.ts'

/** Each state has a sign of its own; its colour says nothing that the sign and the word do not. */
const SIGNS: Record<SentState, LucideIcon> = { sent: Check, delivered: CheckCheck, read: Eye }

/** How far the texts came that were sent since the session was started, the newest first. */
export function SentTexts({ texts }: { texts: SentText[] }) {
  const words = useWords().messages
  const phone = usePhoneLabel()
  const ago = useAgo()
  const [newest] = texts
  return (
    <section aria-labelledby="sent-title" className="overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
      <div className="px-4 py-3 sm:px-5">
        <h3 id="sent-title" className="text-[0.9375rem] font-semibold tracking-tight">
          {words.sent}
          {texts.length > 0 && <span className="ml-2 font-normal text-muted tabular-nums">{texts.length}</span>}
        </h3>
        {texts.length > 0 && <p className="mt-0.5 text-note text-muted">{words.sentHint}</p>}
      </div>
      <output className="sr-only">{newest ? `${phone(newest.to)}: ${words.sentStates[newest.state]}` : ''}</output>
      {texts.length === 0 ? (
        <p className="border-t border-line px-4 py-4 text-sm text-muted sm:px-5">{words.noneSent}</p>
      ) : (
        <ul aria-labelledby="sent-title" className="divide-y divide-line border-t border-line">
          {texts.map(({ id, to, state, at }) => {
            const Sign = SIGNS[state]
            return (
              <li key={id} data-text={id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-3 text-sm sm:px-5">
                <span className="min-w-36 flex-1 font-medium tabular-nums">{phone(to)}</span>
                <span className="flex items-center gap-1.5 text-note">
                  <Sign aria-hidden className="size-4 text-good" />
                  {words.sentStates[state]}
                </span>
                <time dateTime={at} className="text-note text-muted">
                  {ago(at)}
                </time>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
