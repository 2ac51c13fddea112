import { useQueryClient } from '@tanstack/react-query'
import { Check, CloudOff, LoaderCircle, WifiOff } from 'lucide-react'
import { useState, useSyncExternalStore } from 'react'
import { type Connection, watchConnection } from '../../lib/connection.ts'
import { useDates } from '../../lib/dates.ts'
import { cx } from '../../ui/cx.ts'
import { useWords } from '../../words/words.ts'

const LOOKS = {
  offline: { Icon: WifiOff, className: 'border-warn/40 bg-warn-soft' },
  silent: { Icon: CloudOff, className: 'border-bad/40 bg-bad-soft' },
  returning: { Icon: LoaderCircle, className: 'border-line bg-surface' },
  back: { Icon: Check, className: 'border-good/40 bg-good-soft' },
} as const

/**
 * Says that the connection is lost, since when nothing is known, and that it is back. It stands last on the page and sticks to the foot
 * of the window: nothing moves when it comes, and the page grows by as much, so that it hides nothing for good.
 */
export function ConnectionBanner() {
  const cache = useQueryClient().getQueryCache()
  const [watch] = useState(() => watchConnection(cache))
  const connection = useSyncExternalStore(watch.follow, watch.current)
  const said = connection.kind === 'connected' ? null : connection.kind
  return (
    <output aria-live="polite" className={cx('pointer-events-none sticky bottom-0 z-30 flex justify-center', said && 'p-4')}>
      {said && <Said connection={connection} kind={said} />}
    </output>
  )
}

function Said({ connection, kind }: { connection: Connection; kind: keyof typeof LOOKS }) {
  const words = useWords().connection
  const dates = useDates()
  const { Icon, className } = LOOKS[kind]
  const since = 'since' in connection && connection.since !== null ? dates.time(connection.since) : null
  const detail = kind === 'silent' ? words.silentHint(since) : kind === 'offline' && since !== null ? words.seenFrom(since) : null
  return (
    <p
      key={kind}
      data-connection={kind}
      className={cx('flex min-w-0 animate-rise items-start gap-3 rounded-xl border px-4 py-3 text-sm wrap-anywhere shadow-lg', className)}
    >
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', kind === 'returning' && 'animate-spin')} />
      <span className="min-w-0">
        <span className="font-medium">{words[kind]}</span> {detail !== null && <span className="text-muted">{detail}</span>}
      </span>
    </p>
  )
}
