import { Copy, RefreshCw } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { copyText } from '../../lib/copy-text.ts'
import { useNow } from '../../lib/useNow.ts'
import { useOnline } from '../../lib/useOnline.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Pairing } from './link-view.ts'
import type { PairingState } from './usePairing.ts'

/** The code to type on the phone, in the place of the QR. */
export function PairingCode({ code, pairing }: { code: Pairing; pairing: PairingState }) {
  const words = useWords()
  const isOnline = useOnline()
  const text = words.link.pairing
  const panel = useRef<HTMLDivElement>(null)
  // The field that had the focus is gone.
  useEffect(() => panel.current?.focus(), [])
  const expired = useNow(1000) >= Date.parse(code.expiresAt)
  return (
    <div
      ref={panel}
      tabIndex={-1}
      className="flex size-full animate-appear flex-col items-center justify-center bg-raised p-4 text-center outline-none"
    >
      <p className="text-sm text-muted">{text.codeFor(pairing.numberOf(code))}</p>
      <p className="sr-only">{`${text.code}: ${code.code.split('').join(' ')}`}</p>
      <button
        type="button"
        disabled={expired}
        onClick={() => void copyText(code.code, words.toasts)}
        className="mt-2 mb-1 rounded-xl px-4 py-2 text-note font-medium text-muted transition-colors enabled:hover:bg-surface enabled:hover:text-ink"
      >
        <span
          aria-hidden
          data-pairing-code={code.code}
          className={cx(
            'block font-mono text-[2.5rem] leading-tight font-semibold whitespace-nowrap',
            expired ? 'line-through' : 'text-ink',
          )}
        >
          {`${code.code.slice(0, 4)}-${code.code.slice(4)}`}
        </span>
        <span className={cx('mt-1 inline-flex items-center gap-1.5', expired && 'invisible')}>
          <Copy aria-hidden className="size-3.5" />
          {words.link.copy}
        </span>
      </button>
      {expired && <p className="font-medium">{text.expired}</p>}
      {!expired && <p className="max-w-72 text-note text-muted">{isOnline ? text.wrong : words.link.browserOfflineHint}</p>}
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        <Button look={expired ? 'primary' : 'secondary'} size="small" aria-disabled={pairing.asking} onClick={() => void pairing.ask()}>
          {pairing.asking ? <Spinner /> : <RefreshCw aria-hidden className="size-4" />}
          {text.newCode}
        </Button>
        <Button look="ghost" size="small" onClick={pairing.edit}>
          {text.change}
        </Button>
      </div>
      {pairing.problem && (
        <p role="alert" className="mt-3 text-note text-bad">
          {pairing.problem.text}
        </p>
      )}
    </div>
  )
}
