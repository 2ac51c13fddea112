import { LINK_CONNECTION_SECONDS } from '#domain/link.ts'
import { Copy } from 'lucide-react'
import { copyText } from '../../lib/copy-text.ts'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import { CountdownRing } from './CountdownRing.tsx'
import type { Pairing, Qr } from './link-view.ts'

/** No QR lasts longer, seconds. */
const LONGEST_QR = 60

/** The line below the code: how long it can be used. It keeps its height where there is no code. */
export function CodeFooter({ qr, code }: { qr: Qr | null; code: Pairing | null }) {
  const { link: text, toasts } = useWords()
  return (
    <div className="mx-auto mt-2 flex h-9 max-w-104 items-center justify-between">
      {qr && (
        <>
          <CountdownRing key={qr.text} expiresAt={qr.expiresAt} longest={LONGEST_QR} words={text.secondsLeft} over={text.nextCode} />
          <Button look="ghost" size="small" onClick={() => void copyText(qr.text, toasts)}>
            <Copy aria-hidden className="size-4" />
            {text.copy}
          </Button>
        </>
      )}
      {code && (
        <CountdownRing
          key={code.code}
          expiresAt={code.expiresAt}
          longest={LINK_CONNECTION_SECONDS}
          words={text.pairing.timeLeft}
          over={text.pairing.timeIsUp}
        />
      )}
    </div>
  )
}
