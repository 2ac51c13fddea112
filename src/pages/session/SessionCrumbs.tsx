import { Link } from 'wouter'
import { WorkerIndicator } from '../../features/sessions/WorkerIndicator.tsx'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useWords } from '../../words/words.ts'

/** Where the page stands, and whether the worker is there. `label`: what the device is called, once that is known. */
export function SessionCrumbs({ label, workerOnline }: { label: string | null; workerOnline: boolean | undefined }) {
  const words = useWords()
  return (
    <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <nav aria-label={words.nav.breadcrumb} className="min-w-0">
        <ol className="flex min-w-0 items-center gap-2 text-sm">
          <li className="text-muted after:ml-2 after:content-['›'] max-sm:hidden">{words.nav.settings}</li>
          <li className="shrink-0 text-muted">
            <Link href={ADDRESSES.devices} className="inline-flex h-9 items-center underline-offset-4 hover:text-ink hover:underline">
              {words.nav.whatsapp}
            </Link>
          </li>
          {label !== null && (
            <li
              aria-current="page"
              className="min-w-0 truncate font-medium before:mr-2 before:font-normal before:text-muted before:content-['›']"
            >
              <bdi>{label}</bdi>
            </li>
          )}
        </ol>
      </nav>
      <WorkerIndicator online={workerOnline} />
    </div>
  )
}
