import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, FunctionsHttpError, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../../scripts/stack/stack.ts'
import { followLink } from '../../src/features/link/follow-link.ts'
import { isFinal, type LinkView } from '../../src/features/link/link-view.ts'
import { Failure, functionFailure } from '../../src/lib/failure.ts'

/** As a hosted function: no process of it lives longer than this, whatever it is doing. Seconds. */
const WALL_CLOCK = 10
/** When the function asks politely to attach anew, seconds. */
const POLITE = 6

let folder: string
let stack: Stack
let page: SupabaseClient
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-wall-'))
  await chmod(folder, 0o711)
  stack = await startStack({
    port: 0,
    dataDir: folder,
    parts: ['edge', 'worker', 'simulator'],
    environment: { edge: { LINK_STREAM_SECONDS: String(POLITE) } },
  })
  page = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  const { error } = await page.auth.signInWithPassword(stack.login)
  if (error) throw error
})
afterAll(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The simulated phones: what waits to be linked, and a scan of it. */
async function phone<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${stack.phoneUrl}api/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as T
}

it(
  'goes on with the same QR and the same attempt over a function that is cut at its wall clock, until the phone is linked (LNK-2)',
  { timeout: 90_000 },
  async () => {
    const { data: organizations } = await page.from('organizations').select('id').throwOnError()
    const { data: row } = await page.rpc('create_session', { organization_id: organizations[0]?.id }).throwOnError()
    const { id } = row as { id: string }
    const views: LinkView[] = []
    /** By which process each stream was served. */
    const attached: (number | null)[] = []
    const begun = performance.now()
    const following = followLink({
      open: async (signal) => {
        const { data, error } = await page.functions.invoke<Response>(`whatsapp-session/${id}/link`, { method: 'GET', signal })
        if (error instanceof FunctionsHttpError) throw await functionFailure(error.context as Response)
        if (error) throw new Failure('unreachable', String(error))
        attached.push(stack.parts.edge.pid)
        return data as Response
      },
      onView: (view) => void views.push(view),
      signal: AbortSignal.timeout(80_000),
      wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
    })

    // Ended politely once, cut once, and watched again by another process.
    const clock = setInterval(() => stack.kill('edge'), WALL_CLOCK * 1000)
    try {
      while (attached.length < 3 || new Set(attached).size < 2) {
        await sleep(50)
        if (performance.now() - begun > 60_000) throw new Error(`attached by these: ${attached.join(', ')}`)
      }
      expect(performance.now() - begun).toBeGreaterThan(WALL_CLOCK * 1000)
      const { waiting } = await phone<{ waiting: { id: string }[] }>('state')
      expect(waiting).toHaveLength(1)
      const qrs = views.flatMap((view) => (view.step === 'scan' && view.qr ? [view.qr] : []))
      // Each attach was shown the QR, and it was one and the same.
      expect(qrs.length).toBeGreaterThanOrEqual(3)
      expect(new Set(qrs.map((qr) => `${qr.number} ${qr.text}`)).size).toBe(1)
      expect(views.filter(isFinal)).toEqual([])
      await phone('scan', { qr: qrs[0]?.text, phone: '51987654321' })
      await following
    } finally {
      clearInterval(clock)
    }
    expect(views.at(-1)).toMatchObject({ step: 'connected', phoneNumber: '+51987654321' })
  },
)
