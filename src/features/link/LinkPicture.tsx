import { CircleCheck, CircleSlash, CircleX, CloudOff, KeyRound, RefreshCw, TimerOff } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FailureCode } from '../../lib/failure.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { Words } from '../../words/en.ts'
import { useWords } from '../../words/words.ts'
import type { LinkView } from './link-view.ts'
import type { LinkMethod } from './usePairing.ts'
import { QrCode } from './QrCode.tsx'

/** The square of the dialog: the QR, or what there is instead. It keeps its size whatever it shows. */
export function LinkPicture({ view, method, onRetry }: { view: LinkView; method: LinkMethod; onRetry: () => void }) {
  const words = useWords()
  const phone = usePhoneLabel()
  const text = words.link
  const retry = (label: string) => (
    <Button look="primary" onClick={onRetry}>
      <RefreshCw aria-hidden className="size-4" />
      {label}
    </Button>
  )
  switch (view.step) {
    case 'scan':
    case 'starting':
      if (view.step === 'scan' && view.qr) return <QrCode text={view.qr.text} />
      return <Message icon={<Spinner className="size-7" />} title={text.starting} />
    case 'linking':
      return <Message icon={<Spinner className="size-7" />} title={text.linking} hint={text.linkingHint} />
    case 'cancelling':
      return <Message icon={<Spinner className="size-7" />} title={text.cancelling} />
    case 'connected':
      return (
        <Message
          icon={<CircleCheck className="size-12 text-good" strokeWidth={1.5} />}
          title={text.connected}
          hint={view.already ? text.alreadyLinked : view.phoneNumber ? text.connectedAs(phone(view.phoneNumber)) : undefined}
        />
      )
    case 'expired':
      return (
        <Message
          icon={<TimerOff className="size-8" strokeWidth={1.5} />}
          title={text.expired}
          hint={method === 'qr' ? text.expiredHint : text.pairing.expiredHint}
        >
          {retry(text.newCode)}
        </Message>
      )
    case 'cancelled':
      return (
        <Message icon={<CircleSlash className="size-8" strokeWidth={1.5} />} title={text.cancelled} hint={text.cancelledHint}>
          {retry(text.newCode)}
        </Message>
      )
    case 'offline': {
      const [title, hint] = offlineWords(view.code, text)
      return (
        <Message icon={<CloudOff className="size-8" strokeWidth={1.5} />} title={title} hint={hint}>
          {retry(words.common.tryAgain)}
        </Message>
      )
    }
    case 'failed':
      if (view.reason === 'passkey_required')
        return (
          <Message icon={<KeyRound className="size-8" strokeWidth={1.5} />} title={text.passkey} hint={text.passkeyHint}>
            {retry(words.common.tryAgain)}
          </Message>
        )
      return (
        <Message
          icon={<CircleX className="size-8 text-bad" strokeWidth={1.5} />}
          title={text.failed}
          hint={view.reason ? sentence(words.reasons[view.reason]) : view.code ? words.failures[view.code] : undefined}
        >
          {retry(words.common.tryAgain)}
        </Message>
      )
    case 'cancel_failed':
      return (
        <Message
          icon={<CircleX className="size-8 text-bad" strokeWidth={1.5} />}
          title={text.cancelFailed}
          hint={words.failures[view.code]}
        />
      )
    default:
      return null
  }
}

/** Who does not answer, as far as that is known. */
function offlineWords(code: FailureCode, text: Words['link']): [title: string, hint: string] {
  if (code === 'worker_offline') return [text.offline, text.offlineHint]
  if (code === 'not_ready') return [text.notReady, text.notReadyHint]
  if (code === 'rate_limited') return [text.busy, text.busyHint]
  return [text.unreachable, text.unreachableHint]
}

type MessageProps = { icon: ReactNode; title: string; hint?: string | undefined; children?: ReactNode }

function Message({ icon, title, hint, children }: MessageProps) {
  return (
    <div className="flex size-full animate-appear flex-col items-center justify-center rounded-xl bg-raised p-6 text-center">
      <span aria-hidden className="mb-4 text-muted">
        {icon}
      </span>
      <p className="font-medium">{title}</p>
      {hint && <p className="mt-1 max-w-60 text-[13px] text-muted">{hint}</p>}
      {children && <div className="mt-5">{children}</div>}
    </div>
  )
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
