import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../worker/clock.ts'
import type { Database } from '../../worker/database.ts'
import { createMembership } from '../../worker/fleet/membership.ts'
import type { Membership } from '../../worker/fleet/membership.ts'
import { createLog } from '../../worker/log.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import type { DataFolder, WorkerStore } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { masterKeysOf, newMasterKey } from './support/vaults.ts'

const ID = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
/** Nobody is asked before a worker has joined. */
const UNASKED = {} as Database

let root: string
let data: DataFolder
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-membership-'))
})
afterEach(() => {
  data.close()
  rmSync(root, { recursive: true, force: true })
})

/** What a worker is whose earlier process left a session and an order to clear another one. */
function begin(store: WorkerStore, masterKeys = store === 'database' ? masterKeysOf(newMasterKey()) : null): Membership {
  data = openDataFolder(systemDisk, root, 'demo', store)
  mkdirSync(data.session(ID))
  for (const path of left()) writeFileSync(path, 'left')
  const log = createLog('silent', 'worker-test')
  return createMembership(store, { data, database: UNASKED, clock: systemClock, log, masterKeys, maxPages: 100 })
}
const left = () => [join(data.session(ID), 'auth.sqlite'), join(data.tombstones, 'order.json')]

describe('a worker whose folder is the home of its sessions', () => {
  it('keeps what lies there, takes up what was interrupted at once, and has to ask nobody', () => {
    const { mayOpen, keepsBackups, resumesAtStart, database } = begin('disk')
    expect(left().map((path) => existsSync(path))).toEqual([true, true])
    expect({ mayOpen: mayOpen(ID), keepsBackups, resumesAtStart }).toEqual({ mayOpen: true, keepsBackups: true, resumesAtStart: true })
    expect(database).toBe(UNASKED)
  })
})

describe('a worker whose sessions are at home in the database', () => {
  it('erases the copies that an earlier process left, keeps the orders, and opens nothing that it does not hold (FLT-2, FLT-4)', () => {
    const { mayOpen, keepsBackups, resumesAtStart } = begin('database')
    expect(left().map((path) => existsSync(path))).toEqual([false, true])
    expect({ mayOpen: mayOpen(ID), keepsBackups, resumesAtStart }).toEqual({ mayOpen: false, keepsBackups: false, resumesAtStart: false })
  })

  it('does not begin without a master key, and leaves its folder as it is', () => {
    expect(() => begin('database', null)).toThrow('without a master key nothing would be sealed')
    expect(left().map((path) => existsSync(path))).toEqual([true, true])
  })
})
