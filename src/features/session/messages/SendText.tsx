import { MAX_TEXT_LENGTH } from '#domain/message.ts'
import { useEffect, useId, useRef } from 'react'
import { Button } from '../../../ui/button.tsx'
import { cx } from '../../../ui/cx.ts'
import { Field } from '../../../ui/field.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { useWords } from '../../../words/words.ts'
import type { FetchNumberTools } from './number-tools.ts'
import { useSendText } from './useSendText.ts'

type SendTextProps = {
  sessionId: string
  /** Else the text waits, and that is said. */
  isConnected: boolean
  initialTo: string
  fetchNumberTools: FetchNumberTools
}

/** Sends a test message. */
export function SendText({ sessionId, isConnected, initialTo, fetchNumberTools }: SendTextProps) {
  const words = useWords().messages
  const form = useRef<HTMLFormElement>(null)
  const sending = useSendText(sessionId, fetchNumberTools, initialTo)
  const textId = useId()
  const noteId = useId()
  const { to, text, problems, isSending } = sending
  // Whoever has chosen whom to write to goes on with what.
  useEffect(() => {
    if (initialTo !== '') form.current?.querySelector('textarea')?.focus()
  }, [initialTo])
  const submit = async () => {
    if (isSending) return
    const wrong = await sending.send()
    if (wrong) form.current?.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus()
  }
  return (
    <form
      ref={form}
      noValidate
      aria-labelledby="send-title"
      className="rounded-2xl border border-line bg-surface p-4 shadow-sm sm:p-5"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <h3 id="send-title" className="text-[0.9375rem] font-semibold tracking-tight">
        {words.send}
      </h3>
      <Field
        label={words.to}
        hint={words.toHint}
        problem={problems.to}
        placeholder={words.toPlaceholder}
        name="to"
        type="tel"
        inputMode="tel"
        autoComplete="off"
        maxLength={40}
        value={to}
        onChange={(event) => sending.typeTo(event.target.value)}
        onBlur={() => void sending.tidyTo()}
        onFocus={() => void fetchNumberTools().catch(() => undefined)}
        className="mt-4 sm:max-w-xs"
      />
      <div className="mt-4">
        <label htmlFor={textId} className="mb-1.5 block text-sm font-medium">
          {words.text}
        </label>
        <textarea
          id={textId}
          name="text"
          rows={3}
          dir="auto"
          value={text}
          aria-invalid={problems.text ? true : undefined}
          aria-describedby={noteId}
          onChange={(event) => sending.typeText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit()
          }}
          className={cx(
            'block max-h-80 min-h-20 w-full rounded-lg border border-line-strong bg-surface px-3 py-2 text-base text-ink sm:text-sm',
            'focus-visible:border-brand focus-visible:outline-2 focus-visible:outline-offset-0 focus-visible:outline-brand aria-invalid:border-bad',
          )}
        />
        <div id={noteId} className="mt-1.5 flex justify-between gap-4 text-note text-muted">
          {problems.text ? (
            <p role="alert" className="text-bad">
              {problems.text}
            </p>
          ) : (
            <span />
          )}
          <span className={cx('shrink-0 tabular-nums', text.length > MAX_TEXT_LENGTH && 'font-medium text-bad')}>
            {words.count(text.length, MAX_TEXT_LENGTH)}
          </span>
        </div>
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button type="submit" look="primary" aria-disabled={isSending}>
          {isSending && <Spinner />}
          {isSending ? words.submitting : words.submit}
        </Button>
        <output className="text-note text-muted">{sending.isQueued ? words.queued : isConnected ? '' : words.willWait}</output>
        {problems.other && (
          <p role="alert" className="text-note text-bad">
            {problems.other}
          </p>
        )}
      </div>
    </form>
  )
}
