import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { orderLabel, type Outcome } from '../../lib/removal-order.ts'
import { useMediaQuery } from '../../lib/useMediaQuery.ts'
import { useRequester } from '../../lib/useRequester.ts'
import { Badge, type BadgeDot, type BadgeTone } from '../../ui/badge.tsx'
import { useWords } from '../../words/words.ts'
import type { ActivityRow } from './activity-query.ts'

type ActivityRowsProps = { rows: readonly ActivityRow[]; onOpen: (orderId: string) => void }

/** The removals: a table where there is room for one, else cards. Each opens its receipt. */
export function ActivityRows({ rows, onOpen }: ActivityRowsProps) {
  const isWide = useMediaQuery('(min-width: 48rem)')
  const facts = useFacts()
  const { title, columns } = useWords().activity
  if (!isWide)
    return (
      <ul aria-label={title} className="divide-y divide-line">
        {rows.map((row) => {
          const { label, name, reason, who, when } = facts(row)
          return (
            <li key={row.id} data-order={row.id} className="relative flex items-center gap-3 px-4 py-3 has-[button:hover]:bg-raised">
              <div className="min-w-0 flex-1 text-note">
                <p className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-sm">
                  <Device label={label} onOpen={() => onOpen(row.id)} />
                  <OutcomeBadge outcome={row.outcome} />
                </p>
                {name && <bdi className="block truncate text-muted">{name}</bdi>}
                <p className="mt-0.5 text-muted">
                  {reason} · {when}
                </p>
                <p className="truncate text-muted">{who}</p>
              </div>
            </li>
          )
        })}
      </ul>
    )
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">{title}</caption>
      <thead className="border-b border-line text-note text-muted">
        <tr>
          <Head>{columns.device}</Head>
          <Head>{columns.reason}</Head>
          <Head>{columns.who}</Head>
          <Head>{columns.when}</Head>
          <Head>{columns.outcome}</Head>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows.map((row) => {
          const { label, name, reason, who, when } = facts(row)
          return (
            <tr key={row.id} data-order={row.id} className="relative has-[button:hover]:bg-raised">
              <th scope="row" className="max-w-60 px-5 py-2.5 font-normal">
                <Device label={label} onOpen={() => onOpen(row.id)} />
                {name && <bdi className="block truncate text-note text-muted">{name}</bdi>}
              </th>
              <td className="px-2 py-2.5">{reason}</td>
              <td className="max-w-48 truncate px-2 py-2.5">{who}</td>
              <td className="px-2 py-2.5 whitespace-nowrap tabular-nums">{when}</td>
              <td className="px-2 py-2.5">
                <span className="flex items-center justify-between gap-2">
                  <OutcomeBadge outcome={row.outcome} />
                  <ChevronRight aria-hidden className="size-4 shrink-0 text-muted" />
                </span>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Head({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="px-2 py-2.5 font-medium first:pl-5">
      {children}
    </th>
  )
}

/** The whole row is its target. */
function Device({ label, onOpen }: { label: string; onOpen: () => void }) {
  const { receiptOf } = useWords().activity
  return (
    <button
      type="button"
      aria-label={receiptOf(label)}
      onClick={onOpen}
      className="block max-w-full min-w-0 truncate text-left font-medium tabular-nums after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-lg focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
    >
      <bdi>{label}</bdi>
    </button>
  )
}

const BADGES: Record<Outcome, { tone: BadgeTone; dot: BadgeDot }> = {
  open: { tone: 'quiet', dot: 'empty' },
  gone: { tone: 'good', dot: 'full' },
  gone_here: { tone: 'warn', dot: 'half' },
}

function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { outcomes } = useWords().activity
  return <Badge {...BADGES[outcome]}>{outcomes[outcome]}</Badge>
}

/** What a row says, in words. */
function useFacts() {
  const words = useWords()
  const dates = useDates()
  const phone = usePhoneLabel()
  const who = useRequester()
  return (row: ActivityRow) => {
    const label = orderLabel(row, phone)
    return {
      label,
      name: row.label && row.label !== label ? row.label : null,
      reason: words.removalReasons[row.reason],
      who: who(row),
      when: dates.dateTime(row.requested_at),
    }
  }
}
