import { newSqlNode, textsOf } from './sql-node.ts'
import { newFolder } from './inodes.ts'
import type { FileNode, FolderNode, Inode } from './inodes.ts'

/** A copy of a whole folder, as a backup of a volume holds it. */
export type SavedTree = { readonly root: SavedFolder }
type SavedFile = { kind: 'file'; text: string; sql: Uint8Array | null }
type SavedFolder = { kind: 'folder'; names: [string, SavedFile | SavedFolder][] }

/** Copies what programs see. */
export function saveTree(root: FolderNode): SavedTree {
  const save = (node: Inode): SavedFile | SavedFolder =>
    node.kind === 'folder'
      ? { kind: 'folder', names: [...node.names].map(([name, child]) => [name, save(child)]) }
      : { kind: 'file', text: node.text, sql: node.sql && node.sql.commits > 0 ? node.sql.database.serialize() : null }
  return { root: save(root) as SavedFolder }
}

/** A tree from a copy, all of it durable. */
export function loadTree(saved: SavedTree): FolderNode {
  const load = (node: SavedFile | SavedFolder): Inode => {
    if (node.kind === 'file') {
      const file: FileNode = { kind: 'file', text: node.text, durable: node.text, sql: null }
      if (node.sql) file.sql = Object.assign(newSqlNode(node.sql), { commits: 1 })
      return file
    }
    const folder = newFolder()
    for (const [name, child] of node.names) {
      const loaded = load(child)
      folder.names.set(name, loaded)
      folder.durable.set(name, loaded)
    }
    return folder
  }
  return load(saved.root) as FolderNode
}

/** After a power cut: what programs see is what was durable. */
export function forgetWhatWasNotDurable(folder: FolderNode): void {
  folder.names = new Map(folder.durable)
  for (const child of folder.names.values()) {
    if (child.kind === 'folder') forgetWhatWasNotDurable(child)
    else child.text = child.durable
  }
}

/** Every file with its path, as programs see it (`now`), or as a power cut would leave it. */
export function* filesBelow(folder: FolderNode, view: 'now' | 'durable', path = ''): Generator<{ path: string; node: FileNode }> {
  for (const [name, child] of view === 'now' ? folder.names : folder.durable) {
    if (child.kind === 'folder') yield* filesBelow(child, view, `${path}/${name}`)
    else yield { path: `${path}/${name}`, node: child }
  }
}

/** Every folder's path, the deepest last. */
export function* foldersBelow(folder: FolderNode, path = ''): Generator<string> {
  for (const [name, child] of folder.names) {
    if (child.kind !== 'folder') continue
    yield `${path}/${name}`
    yield* foldersBelow(child, `${path}/${name}`)
  }
}

/** All that a file holds, as text. */
export function contentOf(node: FileNode, view: 'now' | 'durable'): string {
  return (view === 'now' ? node.text : node.durable) + (node.sql && node.sql.commits > 0 ? textsOf(node.sql) : '')
}
