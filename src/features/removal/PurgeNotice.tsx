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
    <Notice tone="quiet" title={words.list.purged(count)} dismiss={{ label: words.common.dismiss, onDismiss: () => setSeen(true) }}>
      {words.list.purgedHint}{' '}
      <Link
        href={`${ADDRESSES.activity}?reason=purge`}
        className="inline-block min-h-6 font-medium text-brand underline underline-offset-4"
      >
        {words.removal.whatWasRemoved}
      </Link>
    </Notice>
  )
}
