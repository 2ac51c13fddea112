import { randomInt } from 'node:crypto'
import { Curve } from 'baileys'
import { readAccounts, writeAccounts } from './accounts-file.ts'
import type { Account, Device } from './accounts-file.ts'
import type { NewPhone } from './settings.ts'

/** Counters may be lost in a crash, links may not: those are written at once, these after a pause. */
const COUNTERS_WRITE_MS = 500

/** The phones and the devices linked to them. */
export type Accounts = {
  all(): readonly Account[]
  find(phone: string): Account | undefined
  /** Adds a phone; `undefined` when there is one with that number. */
  add(phone: NewPhone): Account | undefined
  device(jid: string): { account: Account; device: Device } | undefined
  /** Takes the number of the next companion; it is stored with the device, as the number of a failed link may be used again. */
  takeIndex(account: Account): number
  link(account: Account, device: Device): void
  /** Removes a device; `false` when there was none. */
  unlink(jid: string): boolean
  /** Stores what was counted on a device, soon. */
  touched(): void
  /** Stores everything now and stops the timer. */
  close(): void
}

/** Opens the accounts of a data folder, or fresh ones in memory when there is no folder. */
export function openAccounts(options: { dataDir: string | undefined; seed: readonly NewPhone[] }): Accounts {
  const { dataDir } = options
  const stored = dataDir === undefined ? undefined : readAccounts(dataDir)
  const accounts = stored ?? options.seed.map(newAccount)
  let timer: NodeJS.Timeout | undefined

  const store = () => {
    clearTimeout(timer)
    timer = undefined
    if (dataDir !== undefined) writeAccounts(dataDir, accounts)
  }
  if (!stored) store()

  const find = (phone: string) => accounts.find((account) => account.phone === phone)
  const device = (jid: string) => {
    for (const account of accounts) {
      const found = account.devices.find((one) => one.jid === jid)
      if (found) return { account, device: found }
    }
    return undefined
  }

  return {
    all: () => accounts,
    find,
    device,
    add(phone) {
      if (find(phone.phone)) return undefined
      const account = newAccount(phone)
      accounts.push(account)
      store()
      return account
    },
    takeIndex(account) {
      const index = account.nextIndex
      account.nextIndex += 1
      return index
    },
    link(account, linked) {
      account.devices.push(linked)
      store()
    },
    unlink(jid) {
      const found = device(jid)
      if (!found) return false
      found.account.devices = found.account.devices.filter((one) => one !== found.device)
      store()
      return true
    },
    touched() {
      if (dataDir !== undefined) timer ??= setTimeout(store, COUNTERS_WRITE_MS)
    },
    close() {
      if (timer) store()
    },
  }
}

function newAccount({ phone, name }: NewPhone): Account {
  const keys = Curve.generateKeyPair()
  const base64 = (key: Uint8Array) => Buffer.from(key).toString('base64')
  return {
    phone,
    name,
    lidUser: `${randomInt(1, 10)}${String(randomInt(0, 10 ** 14)).padStart(14, '0')}`,
    identity: { private: base64(keys.private), public: base64(keys.public) },
    nextIndex: 1,
    devices: [],
  }
}
