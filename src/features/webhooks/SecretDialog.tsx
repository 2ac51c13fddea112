import { Copy } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { copyText } from '../../lib/copy-text.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'

/** Shows a secret, this once. Escape alone does not take it away from somebody who has not copied it. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const text = useWebhookWords().secret
  const id = useId()
  const done = useRef<HTMLButtonElement>(null)
  const [isCopied, setCopied] = useState(false)
  const [isWarned, setWarned] = useState(false)
  const copy = async () => {
    if (await copyText(secret, text)) setCopied(true)
  }
  const escape = () => {
    if (isCopied) return onClose()
    setWarned(true)
    done.current?.focus()
  }
  return (
    <Dialog title={text.title} description={text.hint} onEscape={escape} className="sm:max-w-lg">
      <div className="mt-5">
        <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
          {text.label}
        </label>
        <textarea
          id={id}
          readOnly
          rows={2}
          value={secret}
          spellCheck={false}
          autoComplete="off"
          onFocus={({ target }) => target.select()}
          // Whoever copies it by the keyboard has it, too.
          onCopy={() => setCopied(true)}
          className="block w-full resize-none rounded-lg border border-line-strong bg-raised px-3 py-2 font-mono text-sm break-all text-ink focus-visible:border-brand focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-brand"
        />
        <Button look={isCopied ? 'secondary' : 'primary'} size="small" className="mt-2" onClick={() => void copy()}>
          <Copy aria-hidden className="size-4" />
          {text.copy}
        </Button>
        <p className="mt-4 text-sm text-pretty">{text.why}</p>
        <p className="mt-2 text-sm text-muted">{text.lost}</p>
      </div>
      <div className="mt-6 flex flex-wrap items-center justify-end gap-3">
        <output className="min-w-0 flex-1 basis-48 text-note text-warn">{isWarned && !isCopied && text.notCopied}</output>
        <Button ref={done} look={isCopied ? 'primary' : 'secondary'} className="max-sm:w-full" onClick={onClose}>
          {text.done}
        </Button>
      </div>
    </Dialog>
  )
}
