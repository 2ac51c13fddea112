import type { Receipt } from '#domain/clearance.ts'
import { Copy } from 'lucide-react'
import { useDates } from '../../../lib/dates.ts'
import type { RemovalRecord } from '../../../lib/removal-order.ts'
import { copyText } from '../../../lib/copy-text.ts'
import { useRequester } from '../../../lib/useRequester.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import type { Words } from '../../../words/en.ts'
import { useWords } from '../../../words/words.ts'

/** One removal with its receipt. */
export function RemovalCard({ removal, onOpen }: { removal: RemovalRecord; onOpen: () => void }) {
  const words = useWords()
  const dates = useDates()
  const text = words.session.removals
  const { receipt } = removal
  const who = useRequester()(removal)
  const isDone = removal.completed_at !== null
  return (
    <li data-order={removal.id} className="rounded-2xl border border-line bg-surface p-4 text-sm shadow-sm sm:p-5">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h3 className="font-medium">{text.why[removal.reason]}</h3>
        <Badge tone={isDone ? 'good' : 'warn'} dot={isDone ? 'full' : 'half'} pulse={!isDone}>
          {isDone ? text.done : text.open}
        </Badge>
      </div>
      <p className="mt-1 text-note break-words text-muted">
        {[dates.dateTime(removal.requested_at), who, removal.attempts > 1 && text.attempts(removal.attempts)].filter(Boolean).join(' · ')}
      </p>
      {receipt && (
        <>
          <p className="mt-3">
            {removedWords(receipt, text)} {text.verified}
          </p>
          <p className="mt-1 text-muted first-letter:uppercase">{text.unlink[receipt.remoteUnlink]}</p>
          <Digest digest={receipt.digest} />
        </>
      )}
      <Button size="small" className="mt-3" aria-label={text.detailsOf(text.why[removal.reason])} onClick={onOpen}>
        {text.details}
      </Button>
    </li>
  )
}

function Digest({ digest }: { digest: string }) {
  const text = useWords().session.removals
  const copy = () => copyText(digest, { copied: text.digestCopied, copyFailed: text.digestNotCopied })
  return (
    <p className="mt-2 flex items-center gap-2 text-note text-muted">
      {text.digest} <code title={digest}>{digest.slice(0, 12)}…</code>
      <Button look="ghost" size="icon" aria-label={text.copyDigest} onClick={() => void copy()}>
        <Copy aria-hidden className="size-3.5" />
      </Button>
    </p>
  )
}

/** What a receipt says was there; nothing is said of what was not. */
function removedWords({ removed }: Receipt, text: Words['session']['removals']): string {
  const parts = [
    removed.credentials.files > 0 && text.credentials(removed.credentials.files),
    removed.backups.files > 0 && text.backups(removed.backups.files),
    removed.outbox.messages > 0 && text.messages(removed.outbox.messages),
    removed.names > 0 && text.names(removed.names),
  ].filter((part) => part !== false)
  return parts.length === 0 ? text.nothing : text.removed(parts.join(', '))
}
