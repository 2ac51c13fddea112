import { useQuery } from '@tanstack/react-query'
import { ReceiptText } from 'lucide-react'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { useWords } from '../../../words/words.ts'
import { Blank } from '../Blank.tsx'
import { LoadingLines } from '../LoadingLines.tsx'
import { TabFailure } from '../TabFailure.tsx'
import { RemovalCard } from './RemovalCard.tsx'
import { removalsQuery } from './removals-query.ts'

type RemovalsProps = {
  organizationId: string
  sessionId: string
  /** Somebody wants to see all of an order. */
  onOpen: (orderId: string) => void
}

/** What was removed of a session: who asked, and the receipts. */
export function Removals({ organizationId, sessionId, onOpen }: RemovalsProps) {
  const words = useWords().session
  const removals = useQuery(removalsQuery(useSupabase(), organizationId, sessionId))
  const { data, error } = removals
  return (
    <section aria-labelledby="removals-title" className="space-y-4">
      <h2 id="removals-title" className="sr-only">
        {words.receipts}
      </h2>
      {removals.isPending && <LoadingLines lines={3} />}
      {!data && error && <TabFailure code={asFailure(error).code} onRetry={() => void removals.refetch()} />}
      {data?.length === 0 && (
        <Blank icon={ReceiptText} title={words.removals.none}>
          {words.removals.noneHint}
        </Blank>
      )}
      {data && data.length > 0 && (
        <ul aria-labelledby="removals-title" className="space-y-3">
          {data.map((removal) => (
            <RemovalCard key={removal.id} removal={removal} onOpen={() => onOpen(removal.id)} />
          ))}
        </ul>
      )}
    </section>
  )
}
