import { Link2, Play, RotateCcw, Square, Trash2 } from 'lucide-react'
import { Link } from 'wouter'
import type { SessionDetail } from '../../features/session/session-query.ts'
import { rowActions } from '../../features/sessions/row-actions.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'

type SessionActionsProps = {
  session: SessionDetail
  isDeleting: boolean
  onStart: () => void
  onStop: () => void
  onReset: () => void
  onDelete: () => void
}

/** The same that may be done with its row, with room for the words. */
export function SessionActions({ session, isDeleting, onStart, onStop, onReset, onDelete }: SessionActionsProps) {
  const words = useWords()
  const { main, menu, trash } = rowActions(session)
  return (
    <div className="flex flex-wrap gap-2">
      {main && (
        <Link
          href={`${ADDRESSES.devices}?link=${session.id}`}
          className="inline-flex h-9 items-center gap-2 rounded-lg bg-brand px-3 text-note font-medium whitespace-nowrap text-on-brand hover:bg-brand-hover"
        >
          <Link2 aria-hidden className="size-4" />
          {main === 'resume' ? words.list.resume : words.list.linkAgain}
        </Link>
      )}
      {menu.includes('start') && (
        <Button size="small" look="primary" onClick={onStart}>
          <Play aria-hidden className="size-4" />
          {words.list.start}
        </Button>
      )}
      {menu.includes('stop') && (
        <Button size="small" onClick={onStop}>
          <Square aria-hidden className="size-4 text-muted" />
          {words.list.stop}
        </Button>
      )}
      {menu.includes('reset') && (
        <Button size="small" onClick={onReset}>
          <RotateCcw aria-hidden className="size-4 text-muted" />
          {words.session.reset}
        </Button>
      )}
      {trash && (
        <Button size="small" className="hover:text-bad" aria-disabled={isDeleting} onClick={() => isDeleting || onDelete()}>
          {isDeleting ? <Spinner /> : <Trash2 aria-hidden className="size-4 text-muted" />}
          {words.session.delete}
        </Button>
      )}
    </div>
  )
}
