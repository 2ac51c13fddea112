import { ExternalLink } from 'lucide-react'
import { useRef } from 'react'
import { useConfig } from '../../lib/config.ts'
import type { Failure } from '../../lib/failure.ts'
import { useOnline } from '../../lib/useOnline.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.ts'
import { CodeFooter } from './CodeFooter.tsx'
import { DeviceName } from './DeviceName.tsx'
import { isOpen, leavesBy, type LinkView } from './link-view.ts'
import { LinkPicture } from './LinkPicture.tsx'
import { LinkSteps } from './LinkSteps.tsx'
import { LinkTabs } from './LinkTabs.tsx'
import { PairingCode } from './PairingCode.tsx'
import { PhoneNumberForm } from './PhoneNumberForm.tsx'
import { usePairing } from './usePairing.ts'
import { useSelfClosing } from './useSelfClosing.ts'
import { WhoToAsk } from './WhoToAsk.tsx'

type ConnectDialogProps = {
  view: LinkView
  organizationId: string
  session: { id: string; name: string | null } | null
  onRetry: () => void
  /** Asks for a code to type on the phone with that number (E.164); resolves to what went wrong. */
  onRequestCode: (phoneNumber: string) => Promise<Failure | null>
  onCancel: () => void
  /** Closes without cancelling. */
  onClose: () => void
  onRename: (sessionId: string, name: string) => Promise<void>
}

/** Shows a link that is under way. Cancel and Escape cancel it; a click outside does nothing. */
export function ConnectDialog(props: ConnectDialogProps) {
  return props.view.step === 'idle' ? null : <OpenDialog {...props} />
}

function OpenDialog({ view, organizationId, session, onRetry, onRequestCode, onCancel, onClose, onRename }: ConnectDialogProps) {
  const words = useWords()
  const text = words.link
  const { demo } = useConfig()
  const pairing = usePairing(view, onRequestCode)
  const { method } = pairing
  const isOnline = useOnline()
  const panel = useRef<HTMLDivElement>(null)
  useSelfClosing(panel, view.step === 'connected' && !view.already, onClose)

  const qr = view.step === 'scan' && method === 'qr' ? view.qr : null
  const code = view.step === 'scan' && method === 'phone' ? pairing.shown : null
  const asksNumber = isOpen(view) && method === 'phone' && !code
  const leave = leavesBy(view)
  // Who has given a number gets a code for it at once.
  const retry = () => {
    if (method === 'qr' || pairing.number === '') onRetry()
    else void pairing.ask().then((became) => became === 'no_number' && onRetry())
  }
  return (
    <Dialog
      title={text.title}
      description={method === 'qr' ? text.description : text.pairing.description}
      className="max-md:scroll-pb-24 md:max-w-216"
      onEscape={leave === 'cancel' ? onCancel : onClose}
    >
      <div
        ref={panel}
        className="mt-4 flex flex-col gap-x-8 gap-y-5 md:grid md:grid-cols-[min(26rem,calc(100dvh-16rem))_1fr] md:grid-rows-[1fr_auto]"
      >
        <div className="md:row-span-2">
          <LinkTabs methods={pairing.methods} method={method} onChoose={pairing.choose}>
            <div
              aria-live={asksNumber ? 'off' : 'polite'}
              className="mx-auto aspect-square w-full max-w-104 overflow-hidden rounded-xl border border-line"
            >
              {code && <PairingCode code={code} pairing={pairing} />}
              {asksNumber && <PhoneNumberForm pairing={pairing} />}
              {!code && !asksNumber && (
                <LinkPicture view={view} method={method} onRetry={retry}>
                  {view.step === 'failed' && view.code === 'forbidden' && <WhoToAsk organizationId={organizationId} />}
                </LinkPicture>
              )}
            </div>
            <CodeFooter qr={isOnline ? qr : null} code={code} />
          </LinkTabs>
        </div>
        <div>
          <LinkSteps method={method} />
          <DeviceName key={session?.id ?? 'none'} session={session} onRename={onRename} className="mt-6" />
          {demo && (
            <p className="mt-6 text-note text-muted">
              {text.demo}{' '}
              <a
                href={demo.phoneUrl}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 font-medium text-brand underline underline-offset-4"
              >
                {text.demoLink}
                <ExternalLink aria-hidden className="size-3.5" />
              </a>
            </p>
          )}
        </div>
        {/* On a small screen it stays in view while the rest is scrolled. */}
        <div className="flex justify-end gap-2 max-md:sticky max-md:-bottom-5 max-md:-mx-5 max-md:-mb-5 max-md:border-t max-md:border-line max-md:bg-surface max-md:px-5 max-md:py-3 sm:max-md:-bottom-6 sm:max-md:-mx-6 sm:max-md:-mb-6">
          {(leave === 'close' || view.step === 'cancel_failed') && <Button onClick={onClose}>{words.common.close}</Button>}
          {leave === 'done' && (
            <Button look="primary" onClick={onClose}>
              {words.common.done}
            </Button>
          )}
          {leave === 'cancel' && (
            <Button disabled={view.step === 'cancelling'} onClick={onCancel}>
              {words.common.cancel}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
