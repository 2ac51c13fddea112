import type { World } from '../support/world.ts'
import type { Remains } from './autopsy.ts'
import { createByteSearch } from './byte-search.ts'
import type { Hit } from './byte-search.ts'
import type { Ledger } from './ledger.ts'
import { searchCluster, searchFolder, searchRows } from './places.ts'
import { identityOf, secretsOf } from './secrets.ts'
import { emptyVerdict } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** Looks for every key that was ever known in the data folder, the database and all that the workers said. */
export async function searchAll(
  world: World,
  ledger: Ledger,
  data: string,
  logs: readonly string[],
): Promise<{ hits: Hit[]; bytes: number }> {
  const search = createByteSearch(ledger.secrets())
  searchFolder(search, 'data', data)
  await searchRows(search, world.database.sql)
  await searchCluster(search, world.database.sql)
  logs.forEach((log, life) => search.scan(`output of life ${life + 1}`, Buffer.from(log)))
  return { hits: search.hits(), bytes: search.scanned() }
}

/**
 * (CLR-1, LOG-1) Keys lie in a session's own folder, in its backups and where either was set aside; those of a cleared generation
 * nowhere. Those of the sessions that are there must be found, or the search finds nothing at all.
 */
export function judgeSearch(hits: readonly Hit[], { stored }: Remains, ledger: Ledger, isSealed: boolean): Verdict {
  const verdict = emptyVerdict()
  if (isSealed) {
    // (SEA-1) Not even those of the sessions that are there. That the search finds what there is, the lanes in the clear show.
    for (const { identity, kind, form, place } of hits)
      verdict.resurrections.push(`the ${kind} key of ${identity} lies as ${form} in ${place}`)
    return verdict
  }
  // A link attempt that fails gets a new identity in the same file, whose free pages may still hold the last one: it is the same generation's.
  const mayHold = new Map(stored.map(({ place, sessionId, generation }) => [place, `${sessionId} ${generation}`]))
  const owner = (identity: string): string | null => {
    const known = ledger.owners.get(identity)
    return known ? `${known.sessionId} ${known.generation}` : null
  }
  for (const { identity, kind, form, place } of hits) {
    const folder = /^data:(.*)\/auth\.sqlite(-wal)?$/.exec(place)?.[1]
    const holder = folder === undefined ? undefined : mayHold.get(folder)
    const mine = owner(identity)
    if (holder === undefined || (mine !== null && mine !== holder)) {
      verdict.resurrections.push(`the ${kind} key of ${identity} (${mine ?? 'never seen at rest'}) lies as ${form} in ${place}`)
    }
  }
  for (const { place, creds } of stored) {
    if (creds === null) continue
    const mine = hits.filter((hit) => hit.identity === identityOf(creds) && hit.place.startsWith(`data:${place}/`))
    const missing = secretsOf(creds).filter(({ kind }) => !mine.some((hit) => hit.kind === kind))
    for (const { kind } of missing) verdict.failures.push(`the search does not find the ${kind} key in ${place}, where it is`)
  }
  return verdict
}
