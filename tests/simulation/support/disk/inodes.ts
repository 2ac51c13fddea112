import type { SqlNode } from './sql-node.ts'

/** A file: what programs see, and what a power cut would leave. An SQLite file keeps its content in `sql`, durable with each commit. */
export type FileNode = { kind: 'file'; text: string; durable: string; sql: SqlNode | null }
export type FolderNode = { kind: 'folder'; names: Map<string, Inode>; durable: Map<string, Inode> }
export type Inode = FileNode | FolderNode

/** A name in a folder. */
export type Place = { folder: FolderNode; name: string }
/** A name that came, went, or moved: atomic, and not durable before one of its folders is synced. */
type NameChange = { node: Inode; from: Place | null; to: Place | null }

/** How much of what was not durable a power cut leaves. `chance` decides for each thing, `torn` also for parts of a content. */
export type Loss = 'all_kept' | 'all_lost' | 'torn'

export function newFile(): FileNode {
  return { kind: 'file', text: '', durable: '', sql: null }
}

export function newFolder(): FolderNode {
  return { kind: 'folder', names: new Map(), durable: new Map() }
}

/** The changes of names that are not durable yet, in their order. */
export type Journal = {
  change(node: Inode, from: Place | null, to: Place | null): void
  /** Makes the names in a folder durable, with all earlier changes that they build upon. */
  sync(folder: FolderNode): void
  /** A power cut: `keeps` says of each change whether it survived. */
  crash(keeps: () => boolean): void
}

export function createJournal(): Journal {
  let pending: NameChange[] = []

  /** Applies the chosen changes and all earlier ones of the same node or the same name; returns the others. */
  const commit = (isChosen: (change: NameChange) => boolean): NameChange[] => {
    const kept: NameChange[] = []
    const rest: NameChange[] = []
    for (const change of pending.toReversed()) {
      const goes = isChosen(change) || kept.some((later) => dependsOn(later, change))
      ;(goes ? kept : rest).unshift(change)
    }
    for (const { node, from, to } of kept) {
      if (from && from.folder.durable.get(from.name) === node) from.folder.durable.delete(from.name)
      if (to) to.folder.durable.set(to.name, node)
    }
    return rest
  }

  return {
    change(node, from, to) {
      from?.folder.names.delete(from.name)
      to?.folder.names.set(to.name, node)
      pending.push({ node, from, to })
    },
    sync(folder) {
      pending = commit(({ from, to }) => from?.folder === folder || to?.folder === folder)
    },
    crash(keeps) {
      commit(keeps)
      pending = []
    },
  }
}

function dependsOn(later: NameChange, earlier: NameChange): boolean {
  if (later.node === earlier.node) return true
  return [later.from, later.to].some((place) => isSame(place, earlier.from) || isSame(place, earlier.to))
}

function isSame(a: Place | null, b: Place | null): boolean {
  return a !== null && b !== null && a.folder === b.folder && a.name === b.name
}
