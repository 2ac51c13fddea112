import { useEffect, useState } from 'react'
import { type ConfigAnswer, readConfig } from '../lib/config.ts'
import { type Client, createSupabase } from '../lib/supabase.ts'
import { Button } from '../ui/button.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { Logo } from '../ui/logo.tsx'
import { useWords } from '../words/words.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { Providers } from './providers.tsx'
import { Entrance } from './Entrance.tsx'
import { LanguageGate } from './LanguageGate.tsx'

/** How often `/config.json` is asked for while the stack starts, milliseconds. */
const ASK_AGAIN = 1000

type Boot =
  | Exclude<ConfigAnswer, { kind: 'ready' }>
  | { kind: 'ready'; config: Extract<ConfigAnswer, { kind: 'ready' }>['config']; client: Client }

/** Reads the configuration, waiting while the stack starts, then shows the pages. `fetchHttp` is handed in by tests. */
export function App({ fetchHttp }: { fetchHttp?: typeof fetch }) {
  return (
    <LanguageGate>
      <Booted {...(fetchHttp && { fetchHttp })} />
    </LanguageGate>
  )
}

function Booted({ fetchHttp }: { fetchHttp?: typeof fetch }) {
  const [boot, setBoot] = useState<Boot | null>(null)
  useEffect(() => {
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      const answer = await readConfig(fetchHttp ?? fetch, stop.signal)
      if (stop.signal.aborted) return
      setBoot(answer.kind === 'ready' ? { ...answer, client: createSupabase(answer.config, fetchHttp) } : answer)
      if (answer.kind === 'starting' || answer.kind === 'unreachable') timer = setTimeout(() => void look(), ASK_AGAIN)
    }
    void look()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [fetchHttp])

  // Nothing for the moment that the answer takes: a flash of "starting" would be a lie.
  if (!boot) return null
  if (boot.kind !== 'ready') return <NotReady boot={boot} />
  return (
    <ErrorBoundary>
      <Providers config={boot.config} client={boot.client}>
        <Entrance />
      </Providers>
    </ErrorBoundary>
  )
}

function NotReady({ boot }: { boot: Exclude<Boot, { kind: 'ready' }> }) {
  const words = useWords().boot
  const [title, hint] = {
    starting: [words.starting, words.startingHint],
    unreachable: [words.unreachable, words.unreachableHint],
    invalid: [words.invalid, words.invalidHint],
  }[boot.kind]
  return (
    <CenterPage>
      <div role={boot.kind === 'invalid' ? 'alert' : 'status'} className="flex flex-col items-center text-center">
        <Logo className={boot.kind === 'starting' ? 'size-11 animate-pulse' : 'size-11'} />
        <h1 className="mt-4 text-lg font-semibold tracking-tight">{title}</h1>
        <p className="mt-1 text-sm text-balance text-muted">{hint}</p>
        {boot.kind === 'invalid' && (
          <>
            <pre className="mt-4 w-full overflow-x-auto rounded-lg bg-raised p-3 text-left text-xs">{boot.detail}</pre>
            <Button className="mt-4" onClick={() => location.reload()}>
              {words.reload}
            </Button>
          </>
        )}
      </div>
    </CenterPage>
  )
}
