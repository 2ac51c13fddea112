/** The disk refused. What was stored before is untouched. `damaged`: what is stored cannot be read. */
export class StorageError extends Error {
  readonly kind: 'full' | 'damaged' | 'failed'
  constructor(kind: 'full' | 'damaged' | 'failed', message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

/** What the system or SQLite threw, in our words. */
export function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string }
  const primary = (errcode ?? 0) & 0xff
  if (primary === SQLITE_FULL || isFull(code)) return new StorageError('full', 'the disk is full', error)
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) return new StorageError('damaged', message, error)
  // A file without our tables: SQLite calls that an error of the statement.
  if (/no such (table|column)/.test(message)) return new StorageError('damaged', message, error)
  return new StorageError('failed', message, error)
}

/** Whether a system error's code says that there is no room. */
export function isFull(code: string | undefined): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT'
}
