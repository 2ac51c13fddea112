import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Files and bytes below a path. */
export type Size = { files: number; bytes: number }

/** Makes a change to a folder's entries (create, rename, delete) survive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/**
 * Writes a file whole or not at all, and durably: a temporary file beside it, fsync, rename, fsync of the folder. Throws what the file
 * system throws; the old content stays then.
 */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.tmp`
  try {
    const handle = openSync(temporary, 'w', 0o600)
    try {
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** The text of a file, or `null` where there is none. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Deletes a file, or a folder with all in it, and makes that durable. No error where there is nothing. */
export function removeDurably(path: string): void {
  if (!existsSync(dirname(path))) return
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  syncFolder(dirname(path))
}

/** Counts what lies at `path`, without following links. Nothing there counts as nothing. */
export function sizeOf(path: string): Size {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat) return { files: 0, bytes: 0 }
  if (!stat.isDirectory()) return { files: 1, bytes: stat.size }
  return readdirSync(path)
    .map((name) => sizeOf(join(path, name)))
    .reduce(addSizes, { files: 0, bytes: 0 })
}

export function addSizes(a: Size, b: Size): Size {
  return { files: a.files + b.files, bytes: a.bytes + b.bytes }
}

/** The names in a folder, sorted; none where there is no folder. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : []
}
