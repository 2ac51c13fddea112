import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { Log } from '../log.ts'
import type { MasterKeys } from '../seal/master-keys.ts'
import type { Vault } from '../seal/vault.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { DataFolder, WorkerStore } from '../store/data-folder.ts'
import { IN_THE_FOLDER } from '../store/home.ts'
import type { Home } from '../store/home.ts'
import { createFleet } from './fleet.ts'
import type { Fleet } from './fleet.ts'
import { createLeaseBook } from './lease-book.ts'
import type { LeaseBook } from './lease-book.ts'
import { createMirror } from './mirror.ts'
import { createSolitary } from './solitary.ts'
import { createWorkingCopies, eraseAllCopies } from './working-copies.ts'

/**
 * What it means for the other parts of a worker where its sessions are at home (`WORKER_STORE`): in its own folder, where nobody takes
 * them over, or in the database, where it is one of several. Nobody else has to ask which.
 */
export type Membership = {
  /** What the worker's parts speak to. */
  readonly database: Database
  readonly home: Home
  /** Whether snapshots of sessions are made in the folder. Those of the database are in its own backups. */
  readonly keepsBackups: boolean
  /** Whether interrupted clears are taken up before the database was heard. */
  readonly resumesAtStart: boolean
  /** Whether a connection of a session may be opened now. */
  mayOpen(sessionId: string): boolean
  /** Once, when all is there that a session needs: what is held can be fetched from now on, and let go. */
  join(around: Around): Fleet
}

type Around = {
  vault: Vault
  supervisor: Pick<Supervisor, 'runningCount' | 'release' | 'running'>
  /** Some of what was wanted is here. */
  onFetched(): void
}

type Options = { data: DataFolder; database: Database; clock: Clock; log: Log; masterKeys: MasterKeys | null; maxPages: number }

/** Throws where nothing would be sealed that lies in the database. */
export function createMembership(store: WorkerStore, options: Options): Membership {
  return store === 'database' ? amongOthers(options) : alone(options)
}

function alone({ database, log }: Options): Membership {
  return {
    database,
    home: IN_THE_FOLDER,
    keepsBackups: true,
    resumesAtStart: true,
    mayOpen: () => true,
    join: ({ supervisor }) => createSolitary({ database, log, supervisor }),
  }
}

function amongOthers({ data, database: plain, clock, log, masterKeys, maxPages }: Options): Membership {
  if (!masterKeys) throw new Error('WORKER_STORE=database: without a master key nothing would be sealed. MASTER_KEYS gives one.')
  eraseAllCopies(data)
  const book = createLeaseBook(clock)
  const database = withTokens(plain, book)
  // Whoever has not joined holds nothing, and nothing of it can be fenced.
  let letGo: Fleet['letGo'] = () => {}
  const mirror = createMirror({ database, book, clock, log, onFenced: (id) => letGo(id) })
  return {
    database,
    home: mirror,
    keepsBackups: false,
    // What is at home in the database waits until this worker knows that it holds it.
    resumesAtStart: false,
    mayOpen: book.mayOpen,
    join({ vault, supervisor, onFetched }) {
      const copies = createWorkingCopies({ data, vault, masterKeys, home: mirror, maxPages, log })
      const fleet = createFleet({ database, book, mirror, copies, clock, log, supervisor, onFetched })
      letGo = fleet.letGo
      return fleet
    },
  }
}

/** What is said of a session is said by its lease. */
function withTokens(database: Database, book: LeaseBook): Database {
  return {
    ...database,
    observe: (observation) => database.observe({ ...observation, token: book.tokenOf(observation.sessionId) }),
    linked: (id, generation, phoneNumber) => database.linked(id, generation, phoneNumber, book.tokenOf(id)),
    unlinked: (id, generation, reason) => database.unlinked(id, generation, reason, book.tokenOf(id)),
  }
}
