import { useQuery } from '@tanstack/react-query'
import { asFailure, type FailureCode } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { useWords } from '../../../words/words.ts'
import { LoadingLines } from '../LoadingLines.tsx'
import { TabFailure } from '../TabFailure.tsx'
import { type Asked, outboxQuery, sentQuery } from './message-queries.ts'
import type { FetchNumberTools } from './number-tools.ts'
import { SendText } from './SendText.tsx'
import { SentTexts } from './SentTexts.tsx'
import { WaitingTexts } from './WaitingTexts.tsx'

type MessagesProps = {
  sessionId: string
  mayChange: boolean
  isConnected: boolean
  /** Whom to write to, E.164 or nothing. */
  initialTo: string
  fetchNumberTools: FetchNumberTools
}

/** Sends a test message; shows what waits, and what became of what was sent. */
export function Messages({ sessionId, mayChange, ...send }: MessagesProps) {
  const words = useWords()
  const client = useSupabase()
  const outbox = useQuery(outboxQuery(client, sessionId))
  const sent = useQuery(sentQuery(client, sessionId))
  const refused = [outbox, sent].map(refusalOf).find((code) => code !== null)
  const retry = () => {
    void outbox.refetch()
    void sent.refetch()
  }
  return (
    <section aria-labelledby="messages-title" className="space-y-4">
      <h2 id="messages-title" className="sr-only">
        {words.session.messages}
      </h2>
      {/* What is being typed outlives an answer that did not come. */}
      {mayChange && refused !== 'not_linked' && <SendText sessionId={sessionId} {...send} />}
      {!mayChange && <p className="text-sm text-muted">{words.messages.readOnly}</p>}
      {refused && (
        <TabFailure code={refused} onRetry={retry} notLinked={{ title: words.messages.notLinked, hint: words.messages.notLinkedHint }} />
      )}
      {!refused && (outbox.isPending || sent.isPending) && <LoadingLines lines={2} />}
      {!refused && outbox.data?.ok && <WaitingTexts sessionId={sessionId} texts={outbox.data.texts} mayChange={mayChange} />}
      {!refused && sent.data?.ok && <SentTexts texts={sent.data.texts} />}
    </section>
  )
}

/** Why a list cannot be shown. One that was shown stays when nobody answers: the page says that elsewhere. */
function refusalOf({ data, error }: { data: Asked<unknown> | undefined; error: Error | null }): FailureCode | null {
  if (data) return data.ok ? null : data.code
  return error ? asFailure(error).code : null
}
