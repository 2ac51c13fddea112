import type { Disk } from '../../../../worker/store/disk.ts'
import type { Life } from '../life.ts'
import type { Random } from '../random.ts'
import type { Steps } from '../steps.ts'
import { createJournal, newFile, newFolder } from './inodes.ts'
import type { FileNode, FolderNode, Inode, Loss, Place } from './inodes.ts'
import { cutOff, newSqlNode, openNode, sqliteFault } from './sql-node.ts'
import type { SqlHook, SqlNode } from './sql-node.ts'
import { contentOf, filesBelow, foldersBelow, forgetWhatWasNotDurable, loadTree, saveTree } from './tree.ts'
import type { SavedTree } from './tree.ts'

/** A disk that remembers what is durable apart from what is not. */
export type SimulatedDisk = {
  /** What one life of the worker uses. */
  ofLife(life: Life): Disk
  /** The machine goes down, or only the process: then all is kept. To be called when the process is dead. */
  crash(loss: Loss, random: Random): void
  save(): SavedTree
  /** Puts an older copy of everything back while no worker runs. */
  restore(saved: SavedTree): void
  files(view: 'now' | 'durable'): { path: string; node: FileNode; content: () => string }[]
  /** What a file of text holds; `null`: there is none. */
  text(path: string, view: 'now' | 'durable'): string | null
  folders(): string[]
  /** Overwrites a file with something that is no file of ours. */
  spoil(path: string): void
  /** Called after each commit in an SQLite file, and after a folder was synced. */
  watch(watcher: { committed(path: string, sql: SqlNode): void; synced(path: string): void }): void
  /** Gives back the memory of all databases. */
  dispose(): void
}

type Errno = 'ENOENT' | 'ENOTEMPTY' | 'ENOSPC' | 'EIO' | 'EISDIR'

export function createSimulatedDisk(steps: Steps): SimulatedDisk {
  let root: FolderNode = newFolder()
  // The volume is there before the worker is.
  const volume = newFolder()
  root.names.set('data', volume)
  root.durable.set('data', volume)
  let journal = createJournal()
  let unsynced = new Set<FileNode>()
  let lockedBy: Life | null = null
  const databases: SqlNode[] = []
  let watcher: Parameters<SimulatedDisk['watch']>[0] = { committed: () => {}, synced: () => {} }

  const find = (path: string): Inode | null => {
    let node: Inode = root
    for (const name of path.split('/')) {
      if (name === '') continue
      if (node.kind !== 'folder') return null
      const child: Inode | undefined = node.names.get(name)
      if (!child) return null
      node = child
    }
    return node
  }
  const placeOf = (path: string): Place => {
    const cut = path.lastIndexOf('/')
    const folder = find(path.slice(0, cut))
    if (folder?.kind !== 'folder') throw refusal('ENOENT', path)
    return { folder, name: path.slice(cut + 1) }
  }
  const keep = (sql: SqlNode): SqlNode => {
    databases.push(sql)
    return sql
  }
  const create = (path: string, node: Inode): void => journal.change(node, null, placeOf(path))
  const remove = (node: Inode, place: Place): void => {
    if (node.kind === 'folder') for (const [name, child] of node.names) remove(child, { folder: node, name })
    journal.change(node, place, null)
  }

  const ofLife = (life: Life): Disk => {
    /** One step of a kind that can only fail, or die before or after it. */
    const step = <T>(call: string, target: string, changes: boolean, work: () => T): T => {
      const fault = steps.before(life, { kind: 'disk', call, target, changes })
      if (fault === 'full' && changes) throw refusal('ENOSPC', target)
      if (fault === 'io_error') throw refusal('EIO', target)
      const result = work()
      if (fault === 'crash_after') throw life.crash()
      return result
    }
    const sqlHook =
      (path: string): SqlHook =>
      (call, changes) => {
        if (!life.isAlive()) throw life.crash()
        if (call === 'prepare') return { after: () => {} }
        const fault = steps.before(life, { kind: 'disk', call: `sql ${call}`, target: path, changes })
        if ((fault === 'full' && changes) || fault === 'io_error') throw sqliteFault(fault)
        return {
          after() {
            if (fault === 'crash_after') throw life.crash()
          },
        }
      }
    life.onEnd(() => {
      if (lockedBy === life) lockedBy = null
      for (const { node } of filesBelow(root, 'now')) if (node.sql) cutOff(node.sql)
    })

    return {
      stat: (path) =>
        step('stat', path, false, () => {
          const node = find(path)
          if (!node) return null
          return node.kind === 'folder' ? { isFolder: true, bytes: 0 } : { isFolder: false, bytes: sizeOf(node) }
        }),
      // Nobody plants links here, nor has rights: no step of a history.
      oddity: () => null,
      makePrivate: () => false,
      names: (path) =>
        step('names', path, false, () => {
          const node = find(path)
          return node?.kind === 'folder' ? [...node.names.keys()].toSorted() : []
        }),
      read: (path) =>
        step('read', path, false, () => {
          const node = find(path)
          if (node?.kind === 'folder') throw refusal('EISDIR', path)
          return node ? node.text : null
        }),
      readStart: (path, length) =>
        step('readStart', path, false, () => {
          const node = find(path)
          if (node?.kind !== 'file') throw refusal('ENOENT', path)
          return startOf(node, length)
        }),
      makeFolder: (path) =>
        step('makeFolder', path, true, () => {
          const parts = path.split('/').filter((name) => name !== '')
          for (let depth = 1; depth <= parts.length; depth += 1) {
            const at = `/${parts.slice(0, depth).join('/')}`
            if (!find(at)) create(at, newFolder())
          }
        }),
      write: (path, text) =>
        step('write', path, true, () => {
          const found = find(path)
          if (found?.kind === 'folder') throw refusal('EISDIR', path)
          const file = found ?? newFile()
          if (!found) create(path, file)
          file.text = text
          unsynced.add(file)
        }),
      sync: (path) =>
        step('sync', path, true, () => {
          const node = find(path)
          if (!node) throw refusal('ENOENT', path)
          if (node.kind === 'folder') {
            journal.sync(node)
            watcher.synced(path)
          } else {
            node.durable = node.text
            unsynced.delete(node)
          }
        }),
      rename: (from, to) =>
        step('rename', to, true, () => {
          const node = find(from)
          if (!node) throw refusal('ENOENT', from)
          const target = find(to)
          if (target?.kind === 'folder' && target.names.size > 0) throw refusal('ENOTEMPTY', to)
          journal.change(node, placeOf(from), placeOf(to))
        }),
      remove: (path) =>
        step('remove', path, true, () => {
          const node = find(path)
          if (node) remove(node, placeOf(path))
        }),
      openDatabase: (path) =>
        step('openDatabase', path, true, () => {
          let node = find(path)
          if (node?.kind === 'folder') throw refusal('EISDIR', path)
          if (!node) {
            node = newFile()
            create(path, node)
          }
          const sql = (node.sql ??= keep(newSqlNode()))
          return openNode(sql, node.text === '', sqlHook(path), () => watcher.committed(path, sql))
        }),
      lock: (path) =>
        step('lock', path, true, () => {
          if (lockedBy?.isAlive()) throw new Error('database is locked')
          lockedBy = life
          return () => void (lockedBy = lockedBy === life ? null : lockedBy)
        }),
    }
  }

  return {
    ofLife,
    crash(loss, random) {
      const survives = (): boolean => loss === 'all_kept' || (loss === 'torn' && random.chance(0.5))
      journal.crash(survives)
      for (const file of unsynced) {
        if (loss === 'torn') file.durable = random.pick([file.durable, file.text, file.text.slice(0, random.between(0, file.text.length))])
        if (loss === 'all_kept') file.durable = file.text
      }
      unsynced = new Set()
      forgetWhatWasNotDurable(root)
    },
    save: () => saveTree(root),
    restore(saved) {
      root = loadTree(saved)
      for (const { node } of filesBelow(root, 'now')) if (node.sql) keep(node.sql)
      journal = createJournal()
      unsynced = new Set()
    },
    files: (view) => [...filesBelow(root, view)].map(({ path, node }) => ({ path, node, content: () => contentOf(node, view) })),
    text(path, view) {
      const end = path.split('/').reduce<Inode | undefined>((node, name) => {
        if (name === '') return node
        return node?.kind === 'folder' ? (view === 'now' ? node.names : node.durable).get(name) : undefined
      }, root)
      return end?.kind === 'file' ? (view === 'now' ? end.text : end.durable) : null
    },
    folders: () => [...foldersBelow(root)],
    spoil(path) {
      const node = find(path)
      if (node?.kind !== 'file') return
      node.sql = null
      node.text = node.durable = 'what a failing disk leaves'
    },
    watch: (next) => void (watcher = next),
    dispose: () => databases.forEach(({ database }) => database.close()),
  }
}

function refusal(code: Errno, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

/** SQLite's first hundred bytes, as far as anybody here looks at them: the mark of a database, whose it is and of which format. */
function startOf(node: FileNode, length: number): Buffer {
  const start = Buffer.alloc(length)
  if (node.text !== '') start.write(node.text, 'latin1')
  else if (node.sql && node.sql.commits > 0) {
    start.write('SQLite format 3\0', 'latin1')
    start.writeUInt32BE(node.sql.applicationId, 68)
    start.writeUInt32BE(node.sql.userVersion, 60)
  }
  return start
}

/** SQLite's files grow by pages; ours here are all of two. */
function sizeOf(node: FileNode): number {
  return node.text !== '' ? Buffer.byteLength(node.text) : node.sql && node.sql.commits > 0 ? 8192 : 0
}
