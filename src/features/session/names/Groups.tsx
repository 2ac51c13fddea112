import { useQuery } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { useWords } from '../../../words/words.ts'
import { LoadingLines } from '../LoadingLines.tsx'
import { TabFailure } from '../TabFailure.tsx'
import { NameList } from './NameList.tsx'
import { groupsQuery } from './name-queries.ts'
import { useAge } from './useAge.ts'

/** The groups of the linked account. */
export function Groups({ sessionId, isConnected }: { sessionId: string; isConnected: boolean }) {
  const words = useWords().session
  const groups = useQuery(groupsQuery(useSupabase(), sessionId, isConnected))
  const { data, error } = groups
  const age = useAge(data)
  return (
    <section aria-labelledby="groups-title" className="space-y-4">
      <h2 id="groups-title" className="sr-only">
        {words.groups}
      </h2>
      {groups.isPending && <LoadingLines />}
      {error && (
        <TabFailure
          code={asFailure(error).code}
          reference={asFailure(error).reference}
          onRetry={() => void groups.refetch()}
          notLinked={{ title: words.names.notLinked, hint: words.names.notLinkedHint }}
        />
      )}
      {!error && data && (
        <NameList
          all={data.groups.map((group) => ({ ...group, keys: '' }))}
          searchLabel={words.names.searchGroups}
          count={words.names.groupCount(data.groups.length)}
          age={age}
          isAsking={groups.isFetching}
          onAskAgain={() => void groups.refetch()}
          empty={{ icon: UsersRound, title: words.names.noGroups, hint: words.names.noGroupsHint }}
        >
          {({ name, participants }) => (
            <>
              <span className="min-w-0 flex-1 break-words">
                {name ? <bdi className="font-medium">{name}</bdi> : <em className="text-muted">{words.names.unnamedGroup}</em>}
              </span>
              {participants !== null && (
                <span className="shrink-0 text-note text-muted tabular-nums">{words.names.participants(participants)}</span>
              )}
            </>
          )}
        </NameList>
      )}
    </section>
  )
}
