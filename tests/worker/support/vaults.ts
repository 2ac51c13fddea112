import { randomBytes } from 'node:crypto'
import { readMasterKeys } from '../../../worker/seal/master-keys.ts'
import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import { createVault } from '../../../worker/seal/vault.ts'
import type { Vault } from '../../../worker/seal/vault.ts'
import { placesOf } from '../../../worker/store/data-folder.ts'
import { systemDisk } from '../../../worker/store/disk.ts'

/** Nothing is sealed. */
export const NO_VAULT = createVault({ disk: systemDisk, places: placesOf('/nowhere'), masterKeys: null })

/** A master key as people write it. */
export function newMasterKey(): string {
  return randomBytes(32).toString('base64')
}

export function masterKeysOf(...keys: string[]): MasterKeys {
  const read = readMasterKeys({ MASTER_KEYS: keys.join(',') })
  if (!read) throw new Error('no master keys')
  return read
}

/** The vault of a data folder, as the worker that has these master keys opens it. */
export function vaultIn(root: string, ...keys: string[]): Vault {
  return createVault({ disk: systemDisk, places: placesOf(root), masterKeys: masterKeysOf(...keys) })
}
