import type { Receipt } from '#domain/clearance.ts'
import { ChevronRight, Copy } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useDates } from '../../lib/dates.ts'
import type { RemovalRecord } from '../../lib/removal-order.ts'
import { copyText } from '../../lib/copy-text.ts'
import { useFileSize } from '../../lib/useFileSize.ts'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import { ranges } from './ranges.ts'
import { useRequester } from '../../lib/useRequester.ts'

type ReceiptDetailsProps = { record: RemovalRecord; receipt: Receipt; isOpen: boolean }

/** Everything else that a receipt says: who, when, which links, and the digest that seals it. */
export function ReceiptDetails({ record, receipt, isOpen }: ReceiptDetailsProps) {
  const words = useWords()
  const text = words.removal.receipt
  const dates = useDates()
  const size = useFileSize()
  const who = useRequester()
  const [open, setOpen] = useState(isOpen)
  const { removed, generations } = receipt
  const facts: [string, ReactNode][] = [
    [text.orderedBy, who(record)],
    [text.ordered, dates.dateTime(record.requested_at)],
    [text.reason, words.removalReasons[record.reason]],
    [text.started, dates.dateTime(receipt.startedAt)],
    [text.finished, dates.dateTime(receipt.finishedAt)],
    [text.generations, generations.length > 0 ? text.generationsList(ranges(generations)) : words.removal.none],
    [
      text.setAside,
      removed.quarantine.files > 0 ? words.removal.files(removed.quarantine.files, size(removed.quarantine.bytes)) : words.removal.none,
    ],
    [text.memory, text.memoryList(removed.memory.socket, removed.memory.timers)],
    [text.attempts, String(record.attempts)],
    [text.resumed, receipt.resumedAfterCrash ? text.yes : text.no],
    [text.order, <Id key="order" text={receipt.orderId} />],
    [text.session, <Id key="session" text={receipt.sessionId} />],
  ]
  return (
    <details className="group mt-4 rounded-xl border border-line" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-10 cursor-pointer list-none items-center gap-2 rounded-xl px-3.5 text-sm font-medium">
        <ChevronRight aria-hidden className="size-4 text-muted transition-transform group-open:rotate-90" />
        {text.title}
      </summary>
      <div className="border-t border-line px-3.5 pt-1 pb-3.5">
        <dl className="divide-y divide-line text-note">
          {facts.map(([name, value]) => (
            <div key={name} className="flex flex-wrap justify-between gap-x-4 py-2">
              <dt className="text-muted">{name}</dt>
              <dd className="min-w-0 break-words tabular-nums sm:text-right">{value}</dd>
            </div>
          ))}
          <div className="py-2">
            <dt className="text-muted">{text.digest}</dt>
            <dd className="mt-1 flex items-center gap-2">
              <code className="min-w-0 flex-1 rounded-md bg-raised px-2 py-1.5 text-xs break-all">{receipt.digest}</code>
              <CopyButton label={text.copyDigest} text={receipt.digest} />
            </dd>
          </div>
        </dl>
        <p className="text-note text-muted">{text.digestHint}</p>
      </div>
    </details>
  )
}

function Id({ text }: { text: string }) {
  return <code className="text-xs break-all">{text}</code>
}

function CopyButton({ label, text }: { label: string; text: string }) {
  const { receipt } = useWords().removal
  return (
    <Button look="ghost" size="icon" aria-label={label} onClick={() => void copyText(text, receipt)}>
      <Copy aria-hidden className="size-4" />
    </Button>
  )
}
