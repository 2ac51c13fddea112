import { useWords } from '../../words/words.ts'
import type { LinkMethod } from './usePairing.ts'

/** What to do on the phone, in order; where phones differ, for each kind. */
export function LinkSteps({ method }: { method: LinkMethod }) {
  const { stepsTitle, steps } = useWords().link
  const lines: string[][] = [[steps.open], [steps.android, steps.iphone], [steps.last[method]]]
  return (
    <>
      <h3 className="text-sm font-semibold">{stepsTitle}</h3>
      <ol className="mt-3 space-y-3 text-sm">
        {lines.map((texts, index) => (
          <li key={texts[0]} className="flex gap-3">
            <span
              aria-hidden
              className="flex size-6 shrink-0 items-center justify-center rounded-full bg-raised text-xs font-medium text-muted tabular-nums"
            >
              {index + 1}
            </span>
            <div className="space-y-1 pt-0.5">
              {texts.map((text) => (
                <p key={text}>{text}</p>
              ))}
            </div>
          </li>
        ))}
      </ol>
    </>
  )
}
