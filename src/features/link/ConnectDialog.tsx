import { LINK_CONNECTION_SECONDS } from '#domain/link.ts'
import { Copy, ExternalLink, QrCode as QrIcon, Smartphone } from 'lucide-react'
import { useConfig } from '../../lib/config.ts'
import type { Failure } from '../../lib/failure.ts'
import { toast } from '../../lib/toast.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.ts'
import { CountdownRing } from './CountdownRing.tsx'
import { DeviceName } from './DeviceName.tsx'
import type { LinkView } from './link-view.ts'
import { LinkPicture } from './LinkPicture.tsx'
import { LinkSteps } from './LinkSteps.tsx'
import { PairingCode } from './PairingCode.tsx'
import { PhoneNumberForm } from './PhoneNumberForm.tsx'
import { usePairing } from './usePairing.ts'

type ConnectDialogProps = {
  view: LinkView
  session: { id: string; name: string | null } | null
  onRetry: () => void
  /** Asks for a code to type on the phone with that number (E.164); resolves to what went wrong. */
  onRequestCode: (phoneNumber: string) => Promise<Failure | null>
  onCancel: () => void
  /** Closes without cancelling. */
  onClose: () => void
  onRename: (sessionId: string, name: string) => Promise<void>
}

/** No QR lasts longer, seconds. */
const LONGEST_QR = 60

/** Shows a link that is under way. Cancel and Escape cancel it; a click outside does nothing. */
export function ConnectDialog(props: ConnectDialogProps) {
  return props.view.step === 'idle' ? null : <OpenDialog {...props} />
}

function OpenDialog({ view, session, onRetry, onRequestCode, onCancel, onClose, onRename }: ConnectDialogProps) {
  const words = useWords()
  const text = words.link
  const { demo } = useConfig()
  const pairing = usePairing(view, onRequestCode)
  const { method } = pairing
  const finished = view.step === 'connected'
  const isOpen = view.step === 'starting' || view.step === 'scan'
  const qr = view.step === 'scan' && method === 'qr' ? view.qr : null
  const code = view.step === 'scan' && method === 'phone' ? pairing.shown : null
  const asksNumber = isOpen && method === 'phone' && !code
  // Who has given a number gets a code for it at once.
  const retry = () => {
    if (method === 'qr' || pairing.number === '') onRetry()
    else void pairing.ask().then((became) => became === 'no_number' && onRetry())
  }
  const copy = async (copied: string) => {
    try {
      await navigator.clipboard.writeText(copied)
      toast.success(words.toasts.copied)
    } catch {
      toast.error(words.toasts.copyFailed)
    }
  }
  const copyButton = (copied: string) => (
    <Button look="ghost" size="small" onClick={() => void copy(copied)}>
      <Copy aria-hidden className="size-4" />
      {text.copy}
    </Button>
  )
  return (
    <Dialog
      title={text.title}
      description={method === 'qr' ? text.description : text.pairing.description}
      className="max-sm:scroll-pb-24 sm:max-w-3xl"
      onEscape={finished || view.step === 'cancelled' ? onClose : onCancel}
    >
      <div className="mt-5 flex flex-col gap-x-8 gap-y-5 sm:grid sm:grid-cols-[20rem_1fr] sm:grid-rows-[1fr_auto]">
        <div className="sm:row-span-2">
          <div
            aria-live={asksNumber ? 'off' : 'polite'}
            className="mx-auto aspect-square w-full max-w-80 overflow-hidden rounded-xl border border-line"
          >
            {code && <PairingCode code={code} pairing={pairing} />}
            {asksNumber && <PhoneNumberForm pairing={pairing} />}
            {!code && !asksNumber && <LinkPicture view={view} method={method} onRetry={retry} />}
          </div>
          <div className="mx-auto mt-2 flex h-9 max-w-80 items-center justify-between">
            {qr && (
              <>
                <CountdownRing
                  key={qr.number}
                  expiresAt={qr.expiresAt}
                  longest={LONGEST_QR}
                  words={text.secondsLeft}
                  over={text.nextCode}
                />
                {copyButton(qr.text)}
              </>
            )}
            {code && (
              <>
                <CountdownRing
                  key={code.code}
                  expiresAt={code.expiresAt}
                  longest={LINK_CONNECTION_SECONDS}
                  words={text.pairing.timeLeft}
                  over={text.pairing.timeIsUp}
                />
                {copyButton(code.code)}
              </>
            )}
          </div>
          <div className="mx-auto mt-2 h-9 max-w-80">
            {isOpen && (
              <Button size="small" className="w-full" onClick={() => pairing.choose(method === 'qr' ? 'phone' : 'qr')}>
                {method === 'qr' ? <Smartphone aria-hidden className="size-4" /> : <QrIcon aria-hidden className="size-4" />}
                {method === 'qr' ? text.pairing.choose : text.pairing.back}
              </Button>
            )}
          </div>
        </div>
        <div>
          <LinkSteps steps={method === 'qr' ? text.steps : text.pairing.steps} />
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
