import { RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useOnline } from '../../lib/useOnline.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { linkMessage } from './link-message.ts'
import type { LinkView } from './link-view.ts'
import { QrCode } from './QrCode.tsx'
import type { LinkMethod } from './usePairing.ts'

type LinkPictureProps = {
  view: LinkView
  method: LinkMethod
  onRetry: () => void
  /** Stands below what is said. */
  children?: ReactNode
}

const TONES = { good: 'size-14 text-good', bad: 'size-8 text-bad' } as const

/** The square of the dialog: the QR, or what there is instead. It keeps its size whatever it shows. */
export function LinkPicture({ view, method, onRetry, children }: LinkPictureProps) {
  const words = useWords()
  const phone = usePhoneLabel()
  const isOnline = useOnline()
  // Whether a QR is still the newest is not known without a network.
  if (view.step === 'scan' && view.qr && isOnline) return <QrCode text={view.qr.text} />
  const message = linkMessage(view, { words, phone, method, isOnline })
  if (!message) return null
  const { icon: Icon, tone, title, hint, again } = message
  return (
    <div className="flex size-full animate-appear flex-col items-center justify-center bg-raised p-6 text-center">
      <span aria-hidden className="mb-4 text-muted">
        {Icon ? (
          <Icon strokeWidth={1.5} className={cx(tone ? TONES[tone] : 'size-8', tone === 'good' && 'animate-rise')} />
        ) : (
          <Spinner className="size-7" />
        )}
      </span>
      <p className="font-medium">{title}</p>
      {hint && <p className="mt-1 max-w-72 text-note text-muted">{hint}</p>}
      {children}
      {again && (
        <Button look="primary" className="mt-5" onClick={onRetry}>
          <RefreshCw aria-hidden className="size-4" />
          {again}
        </Button>
      )}
    </div>
  )
}
