import { useState } from 'react'
import { Link } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { Notice } from '../../ui/notice.tsx'
import { useWords } from '../../words/words.ts'

/** Says that stale sessions were removed, and where their receipts are. */
export function PurgeNotice({ count }: { count: number }) {
  const words = useWords()
  const [isSeen, setSeen] = useState(false)
  if (count === 0 || isSeen) return null
  return (
    <Notice
      tone="quiet"
      title={words.list.purged(count)}
      dismiss={{ label: words.common.dismiss, onDismiss: () => setSeen(true) }}
      action={
        <Link
          href={`${ADDRESSES.activity}?reason=purge`}
          className="-my-1.5 inline-flex min-h-9 shrink-0 items-center text-sm font-medium text-brand underline-offset-4 hover:underline"
        >
          {words.removal.whatWasRemoved}
        </Link>
      }
    >
      {words.list.purgedHint}
    </Notice>
  )
}
