import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** What the credential store needs of SQLite. */
export type SqlFile = Pick<DatabaseSync, 'exec' | 'prepare' | 'close' | 'isTransaction'>

/**
 * The disk, handed in: nothing else in the worker touches a file, so that every step can be recorded, failed, torn or crashed. Each call
 * is one step, synchronous, and throws what the system throws (`code`: ENOSPC, EIO, EACCES, ...). Nothing is durable before `sync`, but
 * for SQLite's transactions.
 */
export type Disk = {
  /** `null` where nothing is. Links are not followed. */
  stat(path: string): { isFolder: boolean; bytes: number } | null
  /** The names in a folder, sorted; none where there is no folder. */
  names(folder: string): string[]
  /** The text of a file, or `null` where there is none. */
  read(path: string): string | null
  /** The first bytes of a file, zeros where it is shorter. */
  readStart(path: string, length: number): Buffer
  /** With the folders above it; no error where it is there. For this user alone. */
  makeFolder(path: string): void
  /** Not durable before the file is synced; its name not before the folder is. */
  write(path: string, text: string): void
  /** Makes a file's content, or the names in a folder, survive a power cut. */
  sync(path: string): void
  rename(from: string, to: string): void
  /** A file, or a folder with all in it. No error where there is nothing. */
  remove(path: string): void
  /** Opens an SQLite file, or makes it. */
  openDatabase(path: string): SqlFile
  /** Takes a lock that goes with the process, however that ends; throws when another process has it. Returns how to give it back. */
  lock(path: string): () => void
}

export const systemDisk: Disk = {
  stat(path) {
    const facts = lstatSync(path, { throwIfNoEntry: false })
    return facts ? { isFolder: facts.isDirectory(), bytes: facts.isDirectory() ? 0 : facts.size } : null
  },
  names: (folder) => orIfMissing([], () => readdirSync(folder).toSorted()),
  read: (path) => orIfMissing(null, () => readFileSync(path, 'utf8')),
  readStart(path, length) {
    const start = Buffer.alloc(length)
    withHandle(path, (handle) => readSync(handle, start, 0, length, 0))
    return start
  },
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  write: (path, text) => writeFileSync(path, text, { mode: 0o600 }),
  sync: (path) => withHandle(path, fsyncSync),
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  openDatabase: (path) => new DatabaseSync(path, { timeout: 0 }),
  lock(path) {
    // SQLite's lock is the operating system's, so that no stale lock file has to be judged.
    const lock = new DatabaseSync(path, { timeout: 0 })
    try {
      lock.exec('pragma locking_mode = exclusive; begin exclusive')
    } catch (error) {
      lock.close()
      throw error
    }
    return () => lock.close()
  },
}

function withHandle(path: string, run: (handle: number) => unknown): void {
  const handle = openSync(path, 'r')
  try {
    run(handle)
  } finally {
    closeSync(handle)
  }
}

function orIfMissing<T>(otherwise: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}
