import { cx } from '../../ui/cx.ts'
import { useWords } from '../../words/words.ts'

/** Whether the worker is there; `undefined` while nobody knows. */
export function WorkerIndicator({ online }: { online: boolean | undefined }) {
  const words = useWords()
  const dot = online === undefined ? 'border border-line-strong' : online ? 'bg-good' : 'bg-bad'
  return (
    <output className="flex items-center gap-2 text-note whitespace-nowrap text-muted">
      <span aria-hidden className={cx('size-2 rounded-full', dot)} />
      {online === undefined ? words.worker.unknown : online ? words.worker.online : words.worker.offline}
    </output>
  )
}
