import { useWords } from '../../words/words.ts'

/** What to do on the phone, in order. */
export function LinkSteps({ steps }: { steps: readonly string[] }) {
  const text = useWords().link
  return (
    <>
      <h3 className="text-sm font-semibold">{text.stepsTitle}</h3>
      <ol className="mt-3 space-y-3 text-sm">
        {steps.map((step, index) => (
          <li key={step} className="flex gap-3">
            <span
              aria-hidden
              className="flex size-6 shrink-0 items-center justify-center rounded-full bg-raised text-xs font-medium text-muted tabular-nums"
            >
              {index + 1}
            </span>
            <span className="pt-0.5">{step}</span>
          </li>
        ))}
      </ol>
    </>
  )
}
