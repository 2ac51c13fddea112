import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useState } from 'react'
import { useDates } from '../../../lib/dates.ts'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { useNow } from '../../../lib/useNow.ts'
import { Button } from '../../../ui/button.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { useWords } from '../../../words/words.ts'
import { Blank } from '../Blank.tsx'
import { LoadingLines } from '../LoadingLines.tsx'
import { TabFailure } from '../TabFailure.tsx'
import { actingIn, type People } from './actor.ts'
import { KIND_GROUPS, type KindGroup, kindsOf } from './kind-groups.ts'
import { peopleQuery } from './people-query.ts'
import { TimelineEntry } from './TimelineEntry.tsx'
import { TIMELINE_STEP, type TimelineRow, timelineQuery } from './timeline-query.ts'

const DAY = 86_400_000

/** What happened to a session, when and why: the newest first, by days. */
export function Timeline({ organizationId, sessionId }: { organizationId: string; sessionId: string }) {
  const words = useWords()
  const client = useSupabase()
  const [group, setGroup] = useState<KindGroup | 'all'>('all')
  const [length, setLength] = useState(TIMELINE_STEP)
  const kinds = group === 'all' ? null : kindsOf(group)
  const timeline = useQuery(timelineQuery(client, { organizationId, sessionId, kinds, length }))
  const choose = (chosen: typeof group) => {
    setGroup(chosen)
    setLength(TIMELINE_STEP)
  }
  const { data } = timeline
  const acting = new Set((data?.entries ?? []).flatMap(({ detail }) => actingIn(detail) ?? []))
  const { data: people, isPlaceholderData } = useQuery(peopleQuery(client, organizationId, [...acting].toSorted()))
  return (
    <section aria-labelledby="timeline-title" className="space-y-4">
      <h2 id="timeline-title" className="sr-only">
        {words.session.timeline}
      </h2>
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">{words.timeline.filter}</legend>
        {(['all', ...KIND_GROUPS] as const).map((one) => (
          <Button
            key={one}
            size="small"
            look={one === group ? 'secondary' : 'ghost'}
            aria-pressed={one === group}
            onClick={() => choose(one)}
          >
            {words.timeline.groups[one]}
          </Button>
        ))}
      </fieldset>
      {!data && timeline.isPending && <LoadingLines />}
      {!data && timeline.isError && <TabFailure code={asFailure(timeline.error).code} onRetry={() => void timeline.refetch()} />}
      {data?.entries.length === 0 && (
        <Blank icon={History} title={group === 'all' ? words.timeline.empty : words.timeline.noMatch}>
          {group === 'all' ? words.timeline.emptyHint : words.timeline.noMatchHint}
        </Blank>
      )}
      {data && data.entries.length > 0 && (
        <Days entries={data.entries} people={{ all: people ?? [], isWhole: people !== undefined && !isPlaceholderData }} />
      )}
      {data?.hasOlder ? (
        <Button aria-disabled={timeline.isPlaceholderData} onClick={() => timeline.isPlaceholderData || setLength(length + TIMELINE_STEP)}>
          {timeline.isPlaceholderData && <Spinner />}
          {words.timeline.older}
        </Button>
      ) : (
        data && data.entries.length > 0 && <p className="text-note text-muted">{words.timeline.kept}</p>
      )}
    </section>
  )
}

function Days({ entries, people }: { entries: TimelineRow[]; people: People }) {
  const words = useWords()
  const dates = useDates()
  const now = useNow(60_000)
  const days = Map.groupBy(entries, ({ at }) => dates.date(at))
  const near = new Map([
    [dates.date(now - DAY), words.timeline.yesterday],
    [dates.date(now), words.timeline.today],
  ])
  return [...days].map(([day, ofDay]) => (
    <section key={day} className="space-y-2">
      <h3 className="text-note font-semibold text-muted">{near.get(day) ?? day}</h3>
      <ol className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
        {ofDay.map((entry) => (
          <TimelineEntry key={entry.id} entry={entry} people={people} />
        ))}
      </ol>
    </section>
  ))
}
