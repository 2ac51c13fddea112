import type { DashboardConfig } from '#domain/config.ts'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useVisitorOfClient, VisitorContext } from '../features/auth/session.ts'
import { ConfigContext } from '../lib/config.ts'
import { asFailure } from '../lib/failure.ts'
import { type Client, SupabaseContext } from '../lib/supabase.ts'
import { Toasts } from '../ui/Toasts.tsx'

type ProvidersProps = { config: DashboardConfig; client: Client; children: ReactNode }

/** Everything that the pages find around them. */
export function Providers({ config, client, children }: ProvidersProps) {
  const [queries] = useState(() => createQueries(client))
  return (
    <ConfigContext value={config}>
      <SupabaseContext value={client}>
        <QueryClientProvider client={queries}>
          <VisitorProvider>{children}</VisitorProvider>
          <Toasts />
        </QueryClientProvider>
      </SupabaseContext>
    </ConfigContext>
  )
}

function VisitorProvider({ children }: { children: ReactNode }) {
  return <VisitorContext value={useVisitorOfClient()}>{children}</VisitorContext>
}

/**
 * A session that the server does not know (it has expired, or the data were set up anew) is forgotten here too. Who is refused something
 * that the page offered has another role than it thinks: it is asked for at once.
 */
function createQueries(client: Client): QueryClient {
  const onError = (error: unknown) => {
    const { code } = asFailure(error)
    if (code === 'unauthorized') void client.auth.signOut({ scope: 'local' })
    if (code === 'forbidden') void queries.invalidateQueries({ queryKey: ['organizations'] })
  }
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // With `always` the library takes a network that is back for no news; for the page it is.
    defaultOptions: { queries: { retry: 1, networkMode: 'always', refetchOnReconnect: true }, mutations: { networkMode: 'always' } },
  })
  return queries
}
