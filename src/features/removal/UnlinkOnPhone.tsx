import { useWords } from '../../words/words.ts'

/** What is left to do where WhatsApp did not confirm: on the phone, by its kind. */
export function UnlinkOnPhone() {
  const text = useWords().removal
  return (
    <div className="mt-4 grid gap-4 text-sm sm:grid-cols-2">
      {text.onThePhone.map(({ phone, steps }) => (
        <div key={phone} className="rounded-xl border border-line p-3.5">
          <h3 className="font-medium">{phone}</h3>
          <ol className="mt-1.5 list-decimal space-y-1 pl-5 text-muted">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      ))}
    </div>
  )
}
