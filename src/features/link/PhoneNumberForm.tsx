import { useEffect, useRef } from 'react'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useLanguage } from '../../words/language.ts'
import { useWords } from '../../words/words.ts'
import type { PairingState } from './usePairing.ts'

/** Asks which phone is to be linked, in the place of the QR. */
export function PhoneNumberForm({ pairing }: { pairing: PairingState }) {
  const words = useWords()
  const { code } = useLanguage()
  const text = words.link.pairing
  const { number, country, problem, asking } = pairing
  const form = useRef<HTMLFormElement>(null)
  const { isEditing } = pairing
  // Only for who asked to change the number: unasked it would open the keyboard of a phone over the page.
  useEffect(() => {
    if (isEditing) focusField(form.current)
  }, [isEditing])
  return (
    <form
      ref={form}
      noValidate
      className="flex size-full animate-appear flex-col bg-raised justify-center p-5 sm:p-8"
      onSubmit={(event) => {
        event.preventDefault()
        void pairing.ask().then((became) => became === 'asked' || focusField(form.current))
      }}
    >
      <Field
        label={text.number}
        hint={text.numberHint}
        problem={problem?.field ? problem.text : null}
        placeholder={text.numberPlaceholder}
        type="tel"
        inputMode="tel"
        autoComplete="tel"
        name="phone"
        maxLength={40}
        spellCheck={false}
        value={number}
        readOnly={asking}
        onChange={({ currentTarget: { value, selectionStart } }) => pairing.type(value, selectionStart === value.length)}
        aside={country && <span className="text-xs text-muted">{countryName(country, code)}</span>}
      />
      <Button look="primary" type="submit" className="mt-4 w-full" aria-disabled={asking}>
        {asking && <Spinner />}
        {asking ? text.asking : text.ask}
      </Button>
      {problem && !problem.field && (
        <p role="alert" className="mt-3 text-note text-bad">
          {problem.text}
        </p>
      )}
    </form>
  )
}

function focusField(form: HTMLFormElement | null): void {
  form?.querySelector('input')?.focus()
}

function countryName(country: string, language: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(country) ?? country
}
