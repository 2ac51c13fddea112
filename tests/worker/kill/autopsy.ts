import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Tombstone } from '../../../worker/store/tombstones.ts'
import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import type { World } from '../support/world.ts'
import type { Ledger } from './ledger.ts'
import { storedIn } from './secrets.ts'
import type { Stored } from './secrets.ts'

/** What lies in a dead worker's folder, as a reader sees it that knows nothing of the worker but its file formats. */
export type Remains = {
  stored: Stored[]
  tombstones: Tombstone[]
  /** All files and folders, from the root. */
  names: string[]
  keys: { sessionId: string; generation: number }[]
  queues: { sessionId: string; generation: number | null; account: string | null; waiting: number }[]
}

export function remainsOf(data: string, masterKeys: MasterKeys | null): Remains {
  const names = (readdirSync(data, { recursive: true }) as string[]).toSorted()
  const tombstones = names.flatMap((name) => {
    if (!/^tombstones\/.*\.json$/.test(name)) return []
    return [Tombstone.parse(JSON.parse(readFileSync(join(data, name), 'utf8')))]
  })
  const queues = names.flatMap((name) => {
    const sessionId = /^whatsapp\/outbox\/([^/]*)\.json$/.exec(name)?.[1]
    if (sessionId === undefined) return []
    const queue = JSON.parse(readFileSync(join(data, name), 'utf8')) as {
      generation?: number
      account?: string
      messages: (string | { state: string })[]
    }
    const waiting = queue.messages.filter((text) => typeof text === 'string' || text.state === 'waiting').length
    return [{ sessionId, generation: queue.generation ?? null, account: queue.account ?? null, waiting }]
  })
  const keys = names.flatMap((name) => {
    const sessionId = /^keys\/(.*)\.json$/.exec(name)?.[1]
    if (sessionId === undefined) return []
    const file = JSON.parse(readFileSync(join(data, name), 'utf8')) as { keys: { generation: number }[] }
    return file.keys.map(({ generation }) => ({ sessionId, generation }))
  })
  return { stored: storedIn(data, masterKeys), tombstones, names, queues, keys }
}

/** What the worker was at when it was killed, by what it left behind. */
export function phasesOf(
  { names, tombstones, stored, queues }: Remains,
  data: string,
  began: boolean,
  toldAsLinked: Set<string>,
): string[] {
  const some = (pattern: RegExp): boolean => names.some((name) => pattern.test(name))
  const phases = {
    'before its first word': !began,
    'tombstone half written': some(/^tombstones\/.*\.tmp$/),
    'tombstone written, not all erased': tombstones.some((stone) => !stone.remoteUnlink && isLeft(stone, stored, queues)),
    'all erased, unlink under way': tombstones.some((stone) => !stone.remoteUnlink && !isLeft(stone, stored, queues)),
    'receipt written, not reported': tombstones.some(({ receipt }) => receipt),
    'moved to be erased, not erased': some(/^erasing\//),
    'credentials half made': some(/^sessions\/\.new-[0-9a-f]/),
    'backup half made': some(/^sessions\/\.new-backup-/),
    'outbox half written': some(/^whatsapp\/outbox\/.*\.tmp$/),
    'set aside without a reason': names.some((name) => /^quarantine\/[^/]+$/.test(name) && !existsSync(join(data, name, 'why.json'))),
    'link attempt under way': stored.some(({ place, linked }) => /^sessions\/[0-9a-f]/.test(place) && !linked),
    'linked, not told to the database': stored.some(
      ({ place, linked, sessionId }) => place === `sessions/${sessionId}` && linked && !toldAsLinked.has(sessionId),
    ),
    'texts waiting': queues.some(({ waiting }) => waiting > 0),
  }
  const names_ = Object.entries(phases).flatMap(([phase, isSo]) => (isSo ? [phase] : []))
  return names_.length > 0 ? names_ : ['nothing under way']
}

function isLeft({ order }: Tombstone, stored: Remains['stored'], queues: Remains['queues']): boolean {
  const { session_id, max_generation } = order
  return (
    stored.some(({ sessionId, generation }) => sessionId === session_id && generation <= max_generation) ||
    queues.some(({ sessionId, generation }) => sessionId === session_id && (generation ?? 0) <= max_generation)
  )
}

/** Whatever an order with a receipt covers must be on disk no more, at any kill (CLR-1, CLR-4). Returns what is. */
export async function resurrectionsIn({ stored, queues, keys }: Remains, world: World): Promise<string[]> {
  const cleared = await world.database.sql<{ session_id: string; max: number }[]>`
    select session_id, max(max_generation)::int as max from public.whatsapp_clearances where completed_at is not null group by session_id`
  const limits = new Map(cleared.map(({ session_id, max }) => [session_id, max]))
  const isCleared = (sessionId: string, generation: number | null): boolean =>
    generation !== null && generation <= (limits.get(sessionId) ?? 0)
  return [
    ...stored.filter((one) => isCleared(one.sessionId, one.generation)).map((one) => `${one.place} (generation ${one.generation})`),
    ...queues.filter((one) => isCleared(one.sessionId, one.generation)).map((one) => `outbox of ${one.sessionId}`),
    ...keys
      .filter((one) => isCleared(one.sessionId, one.generation))
      .map((one) => `the key of generation ${one.generation} of ${one.sessionId}`),
  ]
}

/** Keeps all keys that lie there. */
export function learnFrom({ stored }: Remains, ledger: Ledger): void {
  for (const one of stored) ledger.sawStored(one)
}
