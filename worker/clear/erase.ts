import { join } from 'node:path'
import type { ClearOrder } from '#domain/clearance.ts'
import type { Holdings, OnDisk } from '#domain/holdings.ts'
import type { Vault } from '../seal/vault.ts'
import type { Backups } from '../store/backups.ts'
import { inspectCredentials } from '../store/credential-store.ts'
import type { Found } from '../store/credential-store.ts'
import type { DataFolder } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { addSizes, sizeOf } from '../store/durable-file.ts'
import type { Size } from '../store/durable-file.ts'
import { NAMES_FILE, countNames } from '../store/names.ts'
import type { Outbox } from '../store/outbox.ts'
import type { Quarantine } from '../store/quarantine.ts'
import { StorageError } from '../store/storage-error.ts'
import type { Findings } from '../store/tombstones.ts'

/** Where a session can have left something. */
export type Places = { data: DataFolder; vault: Vault; backups: Backups; outbox: Outbox; quarantine: Quarantine; maxPages: number }

/** What a clear found: what the receipt will say, and what is needed to unlink. `creds` never reaches a disk or a log. */
export type Survey = { findings: Findings; creds: string | null; erasesCredentials: boolean }
/** `identity: null`: the running session can no longer read its own file. */
type Held = { identity: { generation: number; linked: boolean; creds: string } | null } | null

const NOTHING = { files: 0, bytes: 0 }

/**
 * Looks before anything is erased. `held`: the running session, if its generation is covered. `newer`: a newer generation runs, so that
 * its credentials are none of this order's business. `hasErased`: this order did its erasing before, so that damaged credentials, whose
 * generation nobody can tell, are of a newer one. Throws where the system refuses to read: what cannot be read may be of a newer
 * generation, and only what an order covers is erased.
 */
export function survey(
  order: ClearOrder,
  places: Places,
  held: Held,
  newer: boolean,
  lastKnown: boolean | null,
  hasErased = false,
): Survey {
  const { session_id: id, max_generation: max } = order
  const found = newer ? ({ state: 'absent' } as const) : held ? foundOf(held) : lookAtCredentials(id, places)
  const covered = isCovered(found, max, hasErased)
  const whole = covered && found.state === 'whole' ? found : null
  const known = whole ? whole.linked : covered ? null : lastKnown
  // An identity without a phone proves nothing where the row had one (the folder is an older copy), nor where damaged credentials were
  // set aside: those may have been linked.
  const othersAside = !hasErased && places.quarantine.holdsUnknown(id)
  const mayHaveBeen = (whole !== null && order.phone_number !== null) || othersAside
  const linked = known === false && mayHaveBeen ? null : known
  const { snapshots: _counted, ...onDisk } = measureAll(id, max, places, covered)
  return {
    creds: whole?.linked ? whole.creds : null,
    erasesCredentials: covered,
    findings: {
      linked,
      othersAside,
      generations: whole ? [whole.generation] : [],
      removed: { ...onDisk, ...(hasErased ? { quarantine: NOTHING } : {}) },
    },
  }
}

/**
 * What a clear of a session up to generation `max` would take away now, by the very measures of its receipt; nothing is changed. `held`:
 * the session that runs, and whether `max` covers it. Throws as `survey` does.
 */
export function holdingsOf(id: string, max: number, places: Places, held: { covered: boolean } | null): Omit<Holdings, 'sessionId'> {
  const covered = held ? held.covered : isCovered(lookAtCredentials(id, places), max, false)
  const { snapshots, ...onDisk } = measureAll(id, max, places, covered)
  return { ...onDisk, backups: { ...onDisk.backups, snapshots } }
}

/**
 * Erases all that an order covers, and verifies that it is absent; throws when something is left. Harmless when repeated. The keys go
 * first (SEA-4): from then on nothing that is left can be opened by anybody, wherever a copy of it lies. The credentials go last: where
 * nothing is sealed, whoever takes up an interrupted clear can still unlink with them.
 */
export function eraseAll(order: Pick<ClearOrder, 'session_id' | 'max_generation'>, places: Places, erasesCredentials: boolean): void {
  const { session_id: id, max_generation: max } = order
  const { data, vault, backups, outbox, quarantine } = places
  // A damaged file of keys may be a newer link's where one is there, and opens nothing in any case.
  vault.destroy(id, max, erasesCredentials || !data.disk.stat(data.session(id)))
  backups.erase(id, max)
  outbox.erase(id, max)
  quarantine.erase(id, max)
  for (const aside of data.asides(id)) data.erase(aside)
  if (erasesCredentials) data.erase(data.session(id))
  data.finishErasing()

  const left = [
    erasesCredentials && data.disk.stat(data.session(id)) ? 'credentials' : null,
    backups.measure(id, max).files > 0 ? 'backups' : null,
    outbox.measure(id, max) > 0 ? 'outbox' : null,
    quarantine.measure(id, max).files > 0 ? 'quarantine' : null,
    vault.keysOf(id)?.some(({ generation }) => generation <= max) ? 'keys' : null,
  ].filter((place) => place !== null)
  if (left.length > 0) throw new Error(`still there after erasing: ${left.join(', ')}`)
}

/**
 * The same for an order that did its erasing before and could not be reported yet: what has come back of its generations goes again.
 * What is of a generation that nobody can tell came later, and is evidence for the order that will cover it.
 */
export function eraseAgain(
  { session_id, max_generation }: Pick<ClearOrder, 'session_id' | 'max_generation'>,
  places: Places,
  erasesCredentials: boolean,
): void {
  const { data } = places
  places.vault.destroy(session_id, max_generation, false)
  places.backups.erase(session_id, max_generation)
  places.outbox.erase(session_id, max_generation)
  places.quarantine.eraseKnown(session_id, max_generation)
  for (const path of [...data.asides(session_id), ...(erasesCredentials ? [data.session(session_id)] : [])]) data.erase(path)
  data.finishErasing()
}

/**
 * Adds what an interrupted clear had found before to what was still there when it was resumed. Whether a phone was linked is told by
 * credentials alone: that they are gone by now says nothing about it.
 */
export function mergeFindings(before: Findings, now: Findings): Findings {
  const larger = (a: typeof NOTHING, b: typeof NOTHING) => (a.bytes >= b.bytes ? a : b)
  // Unknown in spite of whole credentials: something else was there that nobody can read.
  const staysUnknown = before.linked === null && before.generations.length > 0
  return {
    linked: before.linked ?? (now.generations.length > 0 && !staysUnknown ? now.linked : null),
    othersAside: before.othersAside || now.othersAside,
    generations: [...new Set([...before.generations, ...now.generations])].toSorted((a, b) => a - b),
    removed: {
      credentials: larger(before.removed.credentials, now.removed.credentials),
      backups: larger(before.removed.backups, now.removed.backups),
      outbox: { messages: Math.max(before.removed.outbox.messages, now.removed.outbox.messages) },
      names: Math.max(before.removed.names, now.removed.names),
      quarantine: larger(before.removed.quarantine, now.removed.quarantine),
    },
  }
}

/** What lies in the folder of a session that does not run. Throws where the system refuses to read. */
function lookAtCredentials(id: string, { data, vault, maxPages }: Places): Found {
  const found = inspectCredentials(data.session(id), { disk: data.disk, vault, sessionId: id, maxPages })
  if (found.state === 'unreadable')
    throw new StorageError('failed', `the credentials cannot be read, so nothing is erased yet: ${found.reason}`)
  return found
}

function isCovered(found: Found, max: number, hasErased: boolean): boolean {
  return (found.state === 'damaged' && !hasErased) || (found.state === 'whole' && found.generation <= max)
}

function measureAll(id: string, max: number, places: Places, coversCredentials: boolean): OnDisk & { snapshots: number } {
  const { data, backups, outbox, quarantine } = places
  const folder = data.session(id)
  const { snapshots, ...sizeOfBackups } = backups.measure(id, max)
  return {
    credentials: coversCredentials ? sizeOfCredentials(data.disk, folder) : NOTHING,
    backups: sizeOfBackups,
    snapshots,
    outbox: { messages: outbox.measure(id, max) },
    names: coversCredentials ? countNames(data.disk, folder) : 0,
    quarantine: quarantine.measure(id, max),
  }
}

/** Names lie beside the credentials and are counted by themselves. */
function sizeOfCredentials(disk: Disk, folder: string): Size {
  const files = disk.names(folder).filter((name) => name !== NAMES_FILE)
  return files.map((name) => sizeOf(disk, join(folder, name))).reduce(addSizes, NOTHING)
}

function foundOf({ identity }: NonNullable<Held>): Found {
  return identity ? { state: 'whole', phoneNumber: null, ...identity } : { state: 'damaged', reason: 'its own session cannot read it' }
}
