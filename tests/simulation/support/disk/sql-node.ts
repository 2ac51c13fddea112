import { DatabaseSync } from 'node:sqlite'
import type { SqlFile } from '../../../../worker/store/disk.ts'

/** SQLite's own codes. */
const FULL = 13
const IO_ERROR = 10
const BUSY = 5
const NOT_A_DATABASE = 26

/**
 * An SQLite file: a real database in memory that its successive openers share. What is committed is durable, what is not is rolled back
 * when the process dies; that SQLite keeps this promise on a real disk is SQLite's own proof.
 */
export type SqlNode = {
  readonly database: DatabaseSync
  /** Whoever has it open; SQLite's exclusive lock lets in one (DAT-5). */
  opener: object | null
  /** Settings that were made once hold for all openers, as they share the connection. */
  readonly settings: Set<string>
  /** As in the file's header; 0 before the first commit. */
  applicationId: number
  userVersion: number
  /** Counts commits that wrote something. */
  commits: number
}

/** Told before each statement; throws to fail it, and says whether the process dies after it. `prepare` is no step of its own. */
export type SqlHook = (call: string, changes: boolean) => { after(): void }

export function newSqlNode(content?: Uint8Array): SqlNode {
  const database = new DatabaseSync(':memory:')
  const node: SqlNode = { database, opener: null, settings: new Set(), applicationId: 0, userVersion: 0, commits: 0 }
  if (content) {
    database.deserialize(content)
    readHeader(node)
  }
  return node
}

/** What a crash does to an open file. */
export function cutOff(node: SqlNode): void {
  node.opener = null
  if (node.database.isTransaction) node.database.exec('rollback')
}

/** Opens a file. `isSqlite: false`: it holds something else. */
export function openNode(node: SqlNode, isSqlite: boolean, hook: SqlHook, onCommit: () => void): SqlFile {
  const me = {}
  let closed = false
  let wrote = false

  const enter = (): void => {
    if (closed) throw Object.assign(new Error('database is not open'), { code: 'ERR_INVALID_STATE' })
    if (!isSqlite) throw sqliteError(NOT_A_DATABASE, 'file is not a database')
    if (node.opener !== null && node.opener !== me) throw sqliteError(BUSY, 'database is locked')
    node.opener = me
  }
  const committed = (): void => {
    if (node.database.isTransaction || !wrote) return
    wrote = false
    node.commits += 1
    if (node.applicationId === 0) readHeader(node)
    onCommit()
  }

  return {
    get isTransaction() {
      return !closed && node.database.isTransaction
    },
    exec(sql) {
      const isSetting = /^(\s*pragma [^;]*;?)+\s*$/.test(sql)
      const { after } = hook(isSetting ? 'settings' : (sql.trim().split(/[\s;]/)[0] ?? ''), !isSetting)
      enter()
      if (!isSetting) wrote ||= !/^\s*(commit|rollback|begin( immediate)?)\s*$/.test(sql)
      if (!node.settings.has(sql)) node.database.exec(sql)
      if (isSetting) node.settings.add(sql)
      if (/^\s*rollback/.test(sql)) wrote = false
      committed()
      after()
    },
    prepare(sql) {
      hook('prepare', false)
      enter()
      const statement = node.database.prepare(sql)
      const read =
        <T>(run: (...values: never[]) => T) =>
        (...values: never[]): T => {
          hook('select', false)
          enter()
          return run.apply(statement, values)
        }
      const wrapped = {
        get: read(statement.get as (...values: never[]) => unknown),
        all: read(statement.all as (...values: never[]) => unknown),
        run(...values: never[]) {
          const { after } = hook('run', true)
          enter()
          wrote = true
          const result = statement.run(...values)
          committed()
          after()
          return result
        },
      }
      return wrapped as unknown as ReturnType<SqlFile['prepare']>
    },
    close() {
      if (closed) throw Object.assign(new Error('database is not open'), { code: 'ERR_INVALID_STATE' })
      closed = true
      if (node.opener !== me) return
      if (node.database.isTransaction) node.database.exec('rollback')
      node.opener = null
    },
  }
}

/** What node:sqlite throws when the disk refuses. */
export function sqliteFault(fault: 'full' | 'io_error'): Error {
  return fault === 'full' ? sqliteError(FULL, 'database or disk is full') : sqliteError(IO_ERROR, 'disk I/O error')
}

/** Every text in every table. */
export function textsOf(node: SqlNode): string {
  const { database } = node
  const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all()
  return JSON.stringify(tables.map(({ name }) => database.prepare(`select * from "${String(name)}"`).all()))
}

function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })
}

function readHeader(node: SqlNode): void {
  node.applicationId = Number(node.database.prepare('pragma application_id').get()?.['application_id'] ?? 0)
  node.userVersion = Number(node.database.prepare('pragma user_version').get()?.['user_version'] ?? 0)
}
