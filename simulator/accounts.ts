import { readAccounts, writeAccounts } from './accounts-file.ts'
import type { Account, Device } from './accounts-file.ts'
import type { Chance } from './chance.ts'
import { newAccount } from './new-account.ts'
import type { NewPhone } from './settings.ts'

/** Counters may be lost in a crash, links may not: those are written at once, these after a pause. */
const COUNTERS_WRITE_MS = 500
/** The file is written whole; with many accounts the pause grows, so that writing takes one part in so many of the time. */
const WRITE_SHARE = 50

/** The phones and the devices linked to them. */
export type Accounts = {
  all(): readonly Account[]
  find(phone: string): Account | undefined
  /** By the user part of the account's LID. */
  findLid(lidUser: string): Account | undefined
  /** Adds a phone; `undefined` when there is one with that number. */
  add(phone: NewPhone): Account | undefined
  device(jid: string): { account: Account; device: Device } | undefined
  /**
   * Takes the lowest number that no device of the phone has. The number of a removed device is given out again: whoever still logs in
   * with it shows another key than the new device, and is refused.
   */
  takeIndex(account: Account): number
  /** The link with that number was made, or failed. */
  releaseIndex(account: Account, index: number): void
  link(account: Account, device: Device): void
  /** Removes a device; `false` when there was none. */
  unlink(jid: string): boolean
  /** Stores what was counted on a device, soon. */
  touched(): void
  /** Stores everything now and stops the timer. */
  close(): void
}

/** Opens the accounts of a data folder, or fresh ones in memory when there is no folder. */
export function openAccounts(options: { dataDir: string | undefined; seed: readonly NewPhone[]; chance: Chance }): Accounts {
  const { dataDir } = options
  const stored = dataDir === undefined ? undefined : readAccounts(dataDir)
  const accounts = stored ?? options.seed.map((phone) => newAccount(phone, options.chance))
  const { byPhone, byLid, byDevice } = indexAccounts(accounts)
  const taken = new Map<Account, Set<number>>()
  let timer: NodeJS.Timeout | undefined
  let tookMs = 0

  const store = () => {
    clearTimeout(timer)
    timer = undefined
    if (dataDir === undefined) return
    const before = performance.now()
    writeAccounts(dataDir, accounts)
    tookMs = performance.now() - before
  }
  if (!stored) store()

  const find = (phone: string) => byPhone.get(phone)
  const device = (jid: string) => byDevice.get(jid)

  return {
    all: () => accounts,
    find,
    findLid: (lidUser) => byLid.get(lidUser),
    device,
    add(phone) {
      if (find(phone.phone)) return undefined
      const account = newAccount(phone, options.chance)
      accounts.push(account)
      byPhone.set(account.phone, account)
      byLid.set(account.lidUser, account)
      store()
      return account
    },
    takeIndex(account) {
      const used = new Set([...account.devices.map(({ index }) => index), ...(taken.get(account) ?? [])])
      let index = 1
      while (used.has(index)) index += 1
      taken.set(account, (taken.get(account) ?? new Set()).add(index))
      return index
    },
    releaseIndex: (account, index) => void taken.get(account)?.delete(index),
    link(account, linked) {
      account.devices.push(linked)
      byDevice.set(linked.jid, { account, device: linked })
      store()
    },
    unlink(jid) {
      const found = device(jid)
      if (!found) return false
      found.account.devices = found.account.devices.filter((one) => one !== found.device)
      byDevice.delete(jid)
      store()
      return true
    },
    touched() {
      if (dataDir !== undefined) timer ??= setTimeout(store, Math.max(COUNTERS_WRITE_MS, tookMs * WRITE_SHARE))
    },
    close() {
      if (timer) store()
    },
  }
}

/** With a thousand phones a search per stanza would be what the server does most. */
function indexAccounts(accounts: readonly Account[]) {
  const devices = accounts.flatMap((account) => account.devices.map((device) => [device.jid, { account, device }] as const))
  return {
    byPhone: new Map(accounts.map((account) => [account.phone, account])),
    byLid: new Map(accounts.map((account) => [account.lidUser, account])),
    byDevice: new Map(devices),
  }
}
