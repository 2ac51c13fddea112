import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import { masterKeysOf, newMasterKey } from './support/vaults.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-master-keys-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('master keys', () => {
  const [key, second] = [newMasterKey(), newMasterKey()]
  const file = (text: string, mode: number): string => {
    const path = join(root, 'master-keys')
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }

  it.each([0o600, 0o400])('are read from a file that is its owner’s alone, mode %o, or from the environment, or from systemd', (mode) => {
    const [first, other] = masterKeysOf(key, second)
    expect([first.id, other?.id]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringMatching(/^[0-9a-f]{16}$/)])
    expect(readMasterKeys({ MASTER_KEYS_FILE: file(`${key}\n${second}\n`, mode) })).toEqual([first, other])
    const credentials = join(root, 'credentials')
    mkdirSync(credentials)
    expect(readMasterKeys({ CREDENTIALS_DIRECTORY: credentials })).toBeNull()
    writeFileSync(join(credentials, 'latchkey-master-keys'), key)
    expect(readMasterKeys({ CREDENTIALS_DIRECTORY: credentials })).toEqual([first])
    expect(() => readMasterKeys({ CREDENTIALS_DIRECTORY: credentials, MASTER_KEYS: key })).toThrow(/MASTER_KEYS, CREDENTIALS_DIRECTORY/)
    expect(readMasterKeys({ MASTER_KEYS: '' })).toBeNull()
  })

  it.each([0o640, 0o604, 0o644, 0o666])('are refused from a file that others can read, mode %o', (mode) => {
    expect(() => readMasterKeys({ MASTER_KEYS_FILE: file(key, mode) })).toThrow(/^MASTER_KEYS_FILE: .*its owner only/)
  })

  it.each([
    ['too short', Buffer.alloc(31, 7).toString('base64')],
    ['too long', Buffer.alloc(33, 7).toString('base64')],
    ['no base64', `${key.slice(0, -2)}!=`],
    ['given twice', `${key},${key}`],
    ['none', ' , '],
  ])('are refused where one is %s, by the name of the variable and without its value', (_what, text) => {
    for (const environment of [{ MASTER_KEYS: text }, { MASTER_KEYS_FILE: file(text, 0o600) }]) {
      const refuse = () => readMasterKeys(environment)
      expect(refuse).toThrow(/^MASTER_KEYS(_FILE)?: /)
      for (const word of text.split(',').filter((one) => one.trim() !== '')) expect(refuse).not.toThrow(word)
    }
  })
})
