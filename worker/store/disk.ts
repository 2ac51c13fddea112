import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StorageError } from './storage-error.ts'

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
  /** What is strange about what lies there, in words: a link, a pipe, another user's. `null`: nothing, or nothing is there. */
  oddity(path: string): string | null
  /** The names in a folder, sorted; none where there is no folder. */
  names(folder: string): string[]
  /** The text of a file, or `null` where nothing is. Empty where something else lies there: a link, a pipe or a folder holds no text. */
  read(path: string): string | null
  /** The first bytes of a file, zeros where it is shorter, or no file. */
  readStart(path: string, length: number): Buffer
  /** With the folders above it; no error where it is there. For this user alone. */
  makeFolder(path: string): void
  /** Takes the rights of others to a folder away; returns whether they had any. Throws where it is another user's. */
  makePrivate(folder: string): boolean
  /** Makes a file anew, for this user alone, in the place of whatever was there. Not durable before the file is synced; its name not before the folder is. */
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
    const facts = orIfMissing(null, () => lstatSync(path))
    return facts && { isFolder: facts.isDirectory(), bytes: facts.isDirectory() ? 0 : facts.size }
  },
  oddity(path) {
    const facts = orIfMissing(null, () => lstatSync(path))
    if (!facts) return null
    if (facts.isSymbolicLink()) return 'a link: it is never followed'
    if (!facts.isFile() && !facts.isDirectory()) return 'a pipe, socket or device: it is never opened'
    if (facts.isFile() && facts.nlink > 1) return 'a file with a second name somewhere: what is erased here stays there'
    return process.getuid && facts.uid !== process.getuid() ? "another user's" : null
  },
  names: (folder) => orIfMissing([], () => readdirSync(folder).toSorted()),
  read: (path) => orIfMissing(null, () => withPlainFile(path, '', (handle) => readFileSync(handle, 'utf8'))),
  readStart(path, length) {
    const start = Buffer.alloc(length)
    withPlainFile(path, 0, (handle) => readSync(handle, start, 0, length, 0))
    return start
  },
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  makePrivate(folder) {
    const { mode } = statSync(folder)
    if ((mode & OF_OTHERS) === 0) return false
    chmodSync(folder, mode & 0o700)
    return true
  },
  write(path, text) {
    // What another name of an old file leads to is not ours to write to, hence a new one.
    rmSync(path, { recursive: true, force: true })
    const handle = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      writeFileSync(handle, text)
    } finally {
      closeSync(handle)
    }
  },
  sync: (path) => withHandle(path, AT_ONCE, fsyncSync),
  rename: renameSync,
  remove: (path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  openDatabase: openSqlite,
  lock(path) {
    // SQLite's lock is the operating system's, so that no stale lock file has to be judged.
    const lock = openSqlite(path)
    try {
      lock.exec('pragma locking_mode = exclusive; begin exclusive')
    } catch (error) {
      lock.close()
      throw error
    }
    return () => lock.close()
  },
}

/** Rights of the group and of everybody else. */
const OF_OTHERS = 0o077
/** A pipe is not waited for. */
const AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK
/** Nor is a link followed. */
const AS_IT_LIES = AT_ONCE | constants.O_NOFOLLOW
/** How the system refuses to open a link or a socket as it lies. */
const NO_FILE = new Set(['ELOOP', 'EMLINK', 'ENXIO'])

/** SQLite follows links and waits for nobody, so it is shown only files, and what it keeps beside them. */
function openSqlite(path: string): DatabaseSync {
  for (const one of [path, `${path}-wal`, `${path}-shm`, `${path}-journal`]) {
    const isFile = orIfMissing(true, () => lstatSync(one).isFile())
    if (!isFile) throw new StorageError('damaged', 'something that is no file lies in the place of a database')
  }
  return new DatabaseSync(path, { timeout: 0 })
}

function withHandle(path: string, flags: number, run: (handle: number) => unknown): void {
  const handle = openSync(path, flags)
  try {
    run(handle)
  } finally {
    closeSync(handle)
  }
}

function withPlainFile<T>(path: string, otherwise: T, run: (handle: number) => T): T {
  let result = otherwise
  try {
    withHandle(path, AS_IT_LIES, (handle) => {
      if (fstatSync(handle).isFile()) result = run(handle)
    })
  } catch (error) {
    if (!NO_FILE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  return result
}

function orIfMissing<T>(otherwise: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    // What lies beyond a file, in the place of a folder, is not there either.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise
    throw error
  }
}
