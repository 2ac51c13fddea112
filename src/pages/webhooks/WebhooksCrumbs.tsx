import { Link } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'

/** Where the page of an endpoint stands. `name`: the endpoint, once it is known. */
export function WebhooksCrumbs({ name }: { name: string | null }) {
  const { nav } = useWords()
  const { title } = useWebhookWords()
  return (
    <nav aria-label={nav.breadcrumb} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-2 text-sm">
        <li className="text-muted after:ml-2 after:content-['›'] max-sm:hidden">{nav.settings}</li>
        <li className="shrink-0 text-muted">
          <Link href={ADDRESSES.webhooks} className="inline-flex h-9 items-center underline-offset-4 hover:text-ink hover:underline">
            {title}
          </Link>
        </li>
        {name !== null && (
          <li
            aria-current="page"
            className="min-w-0 truncate font-medium before:mr-2 before:font-normal before:text-muted before:content-['›']"
          >
            {name}
          </li>
        )}
      </ol>
    </nav>
  )
}
