import { dirname, join } from 'node:path'
import type { Disk } from './disk.ts'

/** Files and bytes below a path. */
export type Size = { files: number; bytes: number }

/**
 * Writes a file whole or not at all, and durably: a temporary file beside it, sync, rename, sync of the folder. Throws what the file
 * system throws; the old content stays then.
 */
export function writeDurably(disk: Disk, path: string, text: string): void {
  const temporary = `${path}.tmp`
  try {
    disk.write(temporary, text)
    disk.sync(temporary)
    disk.rename(temporary, path)
  } catch (error) {
    try {
      disk.remove(temporary)
    } catch {
      // The first error says what is wrong; whoever reads this folder knows that a temporary file is nothing.
    }
    throw error
  }
  disk.sync(dirname(path))
}

/** Deletes a file, or a folder with all in it, and makes that durable. No error where there is nothing. */
export function removeDurably(disk: Disk, path: string): void {
  if (!disk.stat(dirname(path))) return
  disk.remove(path)
  disk.sync(dirname(path))
}

/** Counts what lies at `path`, without following links. Nothing there counts as nothing. */
export function sizeOf(disk: Disk, path: string): Size {
  const facts = disk.stat(path)
  if (!facts) return { files: 0, bytes: 0 }
  if (!facts.isFolder) return { files: 1, bytes: facts.bytes }
  return disk
    .names(path)
    .map((name) => sizeOf(disk, join(path, name)))
    .reduce(addSizes, { files: 0, bytes: 0 })
}

export function addSizes(a: Size, b: Size): Size {
  return { files: a.files + b.files, bytes: a.bytes + b.bytes }
}
