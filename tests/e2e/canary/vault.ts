import { readFileSync } from 'node:fs'
import * as z from 'zod'
import type { Secret } from '../../worker/kill/byte-search.ts'
import { secretsOf } from '../../worker/kill/secrets.ts'
import { layoutOf } from '../../../scripts/stack/layout.ts'
import type { World } from '../support/world.ts'

/** All that must not be found where it does not belong; `kind` is what the table of places speaks of. */
export type Vault = {
  text(kind: string, text: string): string
  /** A QR and its parts. */
  qr(text: string): void
  secrets(): Secret[]
}

export function openVault(): Vault {
  const known = new Map<string, Secret>()
  const add = (secret: Secret): void => {
    // What is shorter stands in many places by chance.
    if (secret.bytes.length < 6) throw new Error(`the ${secret.kind} is too short to be looked for`)
    const name = secret.bytes.toString('base64')
    if (!known.has(name)) known.set(name, secret)
  }
  const text = (kind: string, value: string): string => {
    add({ identity: `${kind} ${known.size}`, kind, bytes: Buffer.from(value) })
    return value
  }
  return {
    text,
    qr(value) {
      text('QR', value)
      // The fourth part is the adv secret, which is looked for as the key that it is.
      const [ref = '', noise = '', identity = ''] = value.split(',')
      // It stands at the end of an address.
      text('QR reference', ref.split(/[#/]/).at(-1) ?? '')
      for (const key of [noise, identity]) text('public key in a QR', key)
    },
    secrets: () => [...known.values()],
  }
}

/** The secrets that a stack has from its first second: each text in its file of secrets but the public halves, and its keys. */
export function secretsOfStack({ stack, dataDir }: World, vault: Vault): void {
  const kept: unknown = JSON.parse(readFileSync(layoutOf(dataDir, 'demo').secrets, 'utf8'))
  const walk = (value: unknown, path: string[]): void => {
    if (typeof value === 'object' && value !== null) for (const [name, one] of Object.entries(value)) walk(one, [...path, name])
    else if (typeof value === 'string' && isSecret(path)) vault.text(nameOf(path), value)
  }
  walk(kept, [])
  const masters = readFileSync(layoutOf(dataDir, 'demo').masterKeys, 'utf8')
  for (const key of masters.match(/[A-Za-z0-9+/]{43}=/g) ?? []) vault.text('master key', key)
  vault.text('service role key', stack.keys.serviceRole)
  vault.text('password', stack.login.password)
}

const NAMES: Record<string, string> = { jwtSecret: 'JWT secret', databasePassword: 'database password', commandKey: 'command key' }
const nameOf = ([first = '']: string[]): string => NAMES[first] ?? first
const isSecret = ([first, second, third]: string[]): boolean => first !== 'commandKey' || (second === 'private' && third === 'd')

const Line = z.union([z.object({ creds: z.unknown() }), z.object({ command: z.string() })])

/** What the worker told of itself: the keys of its identities, of which `live` are linked now, and the commands that it got. */
export function toldSecrets(file: string, live: ReadonlySet<string>, vault: Vault): Secret[] {
  const keys: Secret[] = []
  for (const text of readFileSync(file, 'utf8').trim().split('\n')) {
    const line = Line.parse(JSON.parse(text))
    if ('command' in line) vault.text('command', line.command)
    else {
      for (const { identity, kind, bytes } of secretsOf(JSON.stringify(line.creds))) {
        keys.push({ identity, kind: `${kind} key of a ${live.has(identity) ? 'live' : 'gone'} link`, bytes })
      }
    }
  }
  return keys
}
