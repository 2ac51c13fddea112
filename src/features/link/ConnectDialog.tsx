import { Copy, ExternalLink } from 'lucide-react'
import { toast } from 'sonner'
import { useConfig } from '../../lib/config.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.ts'
import { CountdownRing } from './CountdownRing.tsx'
import { DeviceName } from './DeviceName.tsx'
import type { LinkView } from './link-view.ts'
import { LinkPicture } from './LinkPicture.tsx'

type ConnectDialogProps = {
  view: LinkView
  session: { id: string; name: string | null } | null
  onRetry: () => void
  onCancel: () => void
  /** Closes without cancelling. */
  onClose: () => void
  onRename: (sessionId: string, name: string) => Promise<void>
}

/** Shows a link that is under way. Cancel and Escape cancel it; a click outside does nothing. */
export function ConnectDialog({ view, session, onRetry, onCancel, onClose, onRename }: ConnectDialogProps) {
  const words = useWords()
  const text = words.link
  const { demo } = useConfig()
  if (view.step === 'idle') return null
  const finished = view.step === 'connected'
  const copy = async (qr: string) => {
    try {
      await navigator.clipboard.writeText(qr)
      toast.success(words.toasts.copied)
    } catch {
      toast.error(words.toasts.copyFailed)
    }
  }
  return (
    <Dialog
      title={text.title}
      description={text.description}
      className="max-sm:scroll-pb-24 sm:max-w-3xl"
      onEscape={finished || view.step === 'cancelled' ? onClose : onCancel}
    >
      <div className="mt-5 flex flex-col gap-x-8 gap-y-5 sm:grid sm:grid-cols-[20rem_1fr] sm:grid-rows-[1fr_auto]">
        <div className="sm:row-span-2">
          <div aria-live="polite" className="mx-auto aspect-square w-full max-w-80 overflow-hidden rounded-xl border border-line">
            <LinkPicture view={view} onRetry={onRetry} />
          </div>
          <div className="mx-auto mt-2 flex h-9 max-w-80 items-center justify-between">
            {view.step === 'scan' && (
              <>
                <CountdownRing key={view.number} expiresAt={view.expiresAt} />
                <Button look="ghost" size="small" onClick={() => void copy(view.qr)}>
                  <Copy aria-hidden className="size-4" />
                  {text.copy}
                </Button>
              </>
            )}
          </div>
        </div>
        <div>
          <h3 className="text-sm font-semibold">{text.stepsTitle}</h3>
          <ol className="mt-3 space-y-3 text-sm">
            {text.steps.map((step, index) => (
              <li key={step} className="flex gap-3">
                <span
                  aria-hidden
                  className="flex size-6 shrink-0 items-center justify-center rounded-full bg-raised text-xs font-medium text-muted tabular-nums"
                >
                  {index + 1}
                </span>
                <span className="pt-0.5">{step}</span>
              </li>
            ))}
          </ol>
          <DeviceName key={session?.id ?? 'none'} session={session} onRename={onRename} className="mt-6" />
          {demo && (
            <p className="mt-6 text-[13px] text-muted">
              {text.demo}{' '}
              <a
                href={demo.phoneUrl}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 font-medium text-brand underline-offset-4 hover:underline"
              >
                {text.demoLink}
                <ExternalLink aria-hidden className="size-3.5" />
              </a>
            </p>
          )}
        </div>
        {/* On a small screen it stays in view while the rest is scrolled. */}
        <div className="flex justify-end gap-2 max-sm:sticky max-sm:-bottom-5 max-sm:-mx-5 max-sm:-mb-5 max-sm:border-t max-sm:border-line max-sm:bg-surface max-sm:px-5 max-sm:py-3">
          {(view.step === 'cancel_failed' || view.step === 'cancelled') && <Button onClick={onClose}>{words.common.close}</Button>}
          {finished && (
            <Button look="primary" onClick={onClose}>
              {words.common.done}
            </Button>
          )}
          {!finished && view.step !== 'cancelled' && (
            <Button disabled={view.step === 'cancelling'} onClick={onCancel}>
              {words.common.cancel}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
