import { CircleCheck, SearchX, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useDates } from '../../lib/dates.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Fate } from './fate.ts'

/** In the place of a session that is not there: what became of it, as far as anybody knows. */
export function SessionEnd({ fate, workerOnline }: { fate: Fate; workerOnline: boolean | undefined }) {
  const words = useWords().session
  const dates = useDates()
  switch (fate.kind) {
    case 'unheard':
      return (
        <End icon={<SearchX className="size-5" />} title={words.notFound}>
          {words.notFoundHint}
        </End>
      )
    case 'removing':
      return (
        <End icon={<Spinner className="size-5" />} title={words.removing} at={dates.dateTime(fate.since)}>
          {workerOnline === false ? words.removingOffline : words.removingHint}
        </End>
      )
    case 'gone': {
      const isEverywhere = fate.unlink !== 'unconfirmed'
      return (
        <End
          icon={isEverywhere ? <CircleCheck className="size-5 text-good" /> : <TriangleAlert className="size-5 text-warn" />}
          title={isEverywhere ? words.gone : words.goneHere}
          at={dates.dateTime(fate.at)}
        >
          {isEverywhere ? words.goneHint : words.goneHereHint}
        </End>
      )
    }
  }
}

function End({ icon, title, at, children }: { icon: ReactNode; title: string; at?: string; children: ReactNode }) {
  const words = useWords().session
  return (
    <div className="flex animate-appear flex-col items-center rounded-2xl border border-line bg-surface px-6 py-12 text-center shadow-sm">
      <span aria-hidden className="mb-4 flex size-12 items-center justify-center rounded-full bg-raised text-muted">
        {icon}
      </span>
      <output className="sr-only">{title}</output>
      <div>
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {at && <p className="mt-0.5 text-note text-muted">{at}</p>}
        <p className="mx-auto mt-1 max-w-prose text-sm text-balance text-muted">{children}</p>
      </div>
      <Link
        href={ADDRESSES.devices}
        className="mt-4 flex h-9 items-center text-sm font-medium text-brand underline-offset-4 hover:underline"
      >
        {words.back}
      </Link>
    </div>
  )
}
