import { join } from 'node:path'
import { isoTime } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { Log } from '../log.ts'
import type { MasterKeys } from '../seal/master-keys.ts'
import { createVault } from '../seal/vault.ts'
import { LOCK, confirmInstance, lockFolder, openDataFolder, placesOf, readInstance } from '../store/data-folder.ts'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { openQuarantine } from '../store/quarantine.ts'
import { readTombstones } from '../store/tombstones.ts'
import { readDatabase } from './doctor.ts'
import type { Memory, Sources } from './inventory.ts'
import { findOddities } from './oddities.ts'
import type { Finding } from './plan.ts'
import { reportOf } from './report.ts'
import type { Reading, Report } from './report.ts'
import { createReconciler, survey } from './reconciler.ts'
import { createStoredReader } from './stored.ts'

/**
 * What a doctor without a worker works with. `database`: `null` where nobody said how to reach it. `masterKeys`: without those of the folder,
 * what is sealed counts as unreadable, and nothing is concluded from that.
 */
export type OfflineOptions = {
  root: string
  disk: Disk
  clock: Clock
  log: Log
  database: Database | null
  masterKeys: MasterKeys | null
  maxPages: number
}

const NO_WORKER: Memory = { ids: () => [], of: () => null, changeOf: () => 0, touched: () => {} }
const UNTOLD = 'SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not set'

/** Looks at a data folder that no worker uses, and changes nothing in it. Throws when a worker holds it, or when it is none. */
export async function lookOffline(options: OfflineOptions): Promise<Report> {
  const { disk, root, clock } = options
  if (!readInstance(disk, root)) throw new Error(`${root} is no worker's data folder: there is no instance.json in it.`)
  // Nobody can hold a lock that is not there, and looking must not make one.
  const unlock = disk.stat(join(root, LOCK)) ? lockFolder(disk, root) : () => {}
  try {
    const reading = await read(options)
    const sources = sourcesOf(options, placesOf(root))
    return reportOf(isoTime(clock), 'none', reading, survey(sources, reading.view, Infinity, findOddities(sources)), null)
  } finally {
    unlock()
  }
}

/** One pass without a worker, then a look at what is left. Without the database nothing is moved. */
export async function treatOffline(options: OfflineOptions): Promise<Report> {
  const { disk, root, clock, log, database } = options
  const instance = readInstance(disk, root)
  if (!instance) throw new Error(`${root} is no worker's data folder: there is no instance.json in it.`)
  const data = openDataFolder(disk, root, instance.realm)
  try {
    const sources = sourcesOf(options, data)
    const reading = await read(options)
    let moved: Finding[] | null = null
    if (database && reading.view) {
      const reconcile = createReconciler({
        sources,
        quarantine: openQuarantine(data, clock),
        // A worker that begins after this has nothing to add: what is set aside says why.
        timeline: { note() {} },
        log,
        async look(sessionId) {
          const seen = await database.look(sessionId)
          data.confirmInstance(seen.instance_id)
          return seen
        },
        mark: () => 0,
        changedSince: () => false,
        files: Infinity,
      })
      moved = await reconcile(reading.view)
    }
    return reportOf(isoTime(clock), 'none', reading, survey(sources, reading.view, Infinity, findOddities(sources)), moved)
  } finally {
    data.close()
  }
}

function sourcesOf({ disk, masterKeys, maxPages }: OfflineOptions, places: DataPlaces): Sources {
  const { whole, unreadable } = readTombstones(disk, places.tombstones)
  const tombstones = { all: () => whole, unreadable: () => unreadable }
  const isClaimed = (): boolean => typeof readInstance(disk, places.root)?.instance_id === 'string'
  const vault = createVault({ disk, places, masterKeys })
  const stored = createStoredReader(disk, vault, maxPages)
  return { disk, places, vault, memory: NO_WORKER, tombstones, stored, maxPages, isClaimed }
}

async function read({ database, disk, root }: OfflineOptions): Promise<Reading> {
  if (!database) return { view: null, words: { reachable: false, reason: UNTOLD } }
  return readDatabase(database, { confirmInstance: (id) => confirmInstance(disk, root, id) }, () => false)
}
