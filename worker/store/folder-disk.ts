import { join, relative, resolve, sep } from 'node:path'
import type { Disk } from './disk.ts'
import { StorageError } from './storage-error.ts'

/**
 * A disk that ends at `root`: a path that leads out of it is refused before anything is touched, and no link below it is followed. What
 * lies beyond a link is not there for who reads, and refused to who changes; the link itself can be moved and erased as what it is. `root`
 * may be a link: whoever set the worker up said so. Who could plant a link between the look and the step is this user, and needs none.
 */
export function diskBelow(root: string, disk: Disk): Disk {
  const top = resolve(root)
  /** Whether all folders above `path` are folders, as far as they are there. */
  const isReached = (path: string): boolean => {
    const parts = relative(top, resolve(path)).split(sep)
    if (parts[0] === '..' || resolve(top, ...parts) !== join(top, ...parts)) {
      throw new StorageError('failed', 'a path leads out of the data folder')
    }
    let at = top
    return parts.slice(0, -1).every((part) => {
      at = join(at, part)
      return disk.stat(at)?.isFolder !== false
    })
  }
  const isFolder = (path: string): boolean => isReached(path) && (resolve(path) === top || disk.stat(path)?.isFolder === true)
  const reached = (path: string): string => {
    if (!isReached(path)) throw new StorageError('failed', 'what is no folder lies in the place of one: it is not followed')
    return path
  }

  return {
    stat: (path) => (isReached(path) ? disk.stat(path) : null),
    oddity: (path) => (isReached(path) ? disk.oddity(path) : null),
    names: (folder) => (isFolder(folder) ? disk.names(folder) : []),
    read: (path) => (isReached(path) ? disk.read(path) : null),
    readStart: (path, length) => disk.readStart(reached(path), length),
    makeFolder(path) {
      disk.makeFolder(reached(path))
      if (!isFolder(path)) throw new StorageError('failed', `${relative(top, path)} in the data folder is no folder of its own, but a link`)
    },
    makePrivate: (folder) => disk.makePrivate(reached(folder)),
    write: (path, text) => disk.write(reached(path), text),
    sync: (path) => disk.sync(reached(path)),
    rename: (from, to) => disk.rename(reached(from), reached(to)),
    remove: (path) => disk.remove(reached(path)),
    openDatabase: (path) => disk.openDatabase(reached(path)),
    lock: (path) => disk.lock(reached(path)),
  }
}
