import { RefreshCw } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useNow } from '../../lib/useNow.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Pairing } from './link-view.ts'
import type { PairingState } from './usePairing.ts'

/** The code to type on the phone, in the place of the QR. */
export function PairingCode({ code, pairing }: { code: Pairing; pairing: PairingState }) {
  const text = useWords().link.pairing
  const panel = useRef<HTMLDivElement>(null)
  // The field that had the focus is gone.
  useEffect(() => panel.current?.focus(), [])
  const expired = useNow(1000) >= Date.parse(code.expiresAt)
  return (
    <div
      ref={panel}
      tabIndex={-1}
      className="flex size-full animate-appear flex-col items-center justify-center bg-raised p-5 text-center outline-none"
    >
      <p className="text-sm text-muted">{text.codeFor(pairing.numberOf(code))}</p>
      <p className={cx('mt-3 mb-1 font-mono text-[2.5rem] leading-tight font-semibold', expired && 'text-muted line-through')}>
        <span className="sr-only">{`${text.code}: ${code.code.split('').join(' ')}`}</span>
        <span aria-hidden data-pairing-code={code.code}>
          {`${code.code.slice(0, 4)}-${code.code.slice(4)}`}
        </span>
      </p>
      {expired && <p className="font-medium">{text.expired}</p>}
      {!expired && <p className="max-w-64 text-[13px] text-muted">{text.wrong}</p>}
      <div className="mt-5 flex flex-wrap justify-center gap-2">
        <Button look={expired ? 'primary' : 'secondary'} size="small" aria-disabled={pairing.asking} onClick={() => void pairing.ask()}>
          {pairing.asking ? <Spinner /> : <RefreshCw aria-hidden className="size-4" />}
          {text.newCode}
        </Button>
        <Button look="ghost" size="small" onClick={pairing.edit}>
          {text.change}
        </Button>
      </div>
      {pairing.problem && (
        <p role="alert" className="mt-3 text-[13px] text-bad">
          {pairing.problem.text}
        </p>
      )}
    </div>
  )
}
