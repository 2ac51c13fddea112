import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { CommandPrivateKey, CommandPublicKey } from '#domain/command-key.ts'
import { newCommandKey } from './command-key.ts'
import { StartError } from './start-error.ts'
import { writePrivateFile } from './private-file.ts'

const text = z.string().min(1)

/** What one data folder needs to stay itself. It never leaves the machine. */
const Secrets = z.object({
  jwtSecret: z.string().min(32),
  databasePassword: text,
  /** The key that edge function and worker share a half of each. */
  commandKey: z.object({ public: CommandPublicKey, private: CommandPrivateKey }),
})
export type Secrets = z.infer<typeof Secrets>

/** Reads the secrets of a data folder, or makes them on the first start (mode 0600). */
export async function keepSecrets(file: string): Promise<Secrets> {
  const kept = await readFile(file, 'utf8').catch(ifMissing)
  if (kept !== null) return read(file, kept)
  const secrets: Secrets = {
    jwtSecret: randomBytes(48).toString('base64url'),
    databasePassword: randomBytes(24).toString('base64url'),
    commandKey: await newCommandKey(),
  }
  await writePrivateFile(file, `${JSON.stringify(secrets, null, 2)}\n`)
  return secrets
}

/** The admin's password: read, or made on the first start (mode 0600). */
export async function keepPassword(file: string): Promise<string> {
  const kept = (await readFile(file, 'utf8').catch(ifMissing))?.trim()
  if (kept) return kept
  const password = newPassword()
  await writePrivateFile(file, `${password}\n`)
  return password
}

/** The master key of the worker's folder: made on the first start (mode 0600). Whoever rotates it puts the new one in front. */
export async function keepMasterKeys(file: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(ifMissing)) !== null) return
  await writePrivateFile(file, `${randomBytes(32).toString('base64')}\n`)
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password that can be typed off a screen: four groups of five letters without look-alikes, 99 bits. */
export function newPassword(): string {
  const letters: string[] = []
  while (letters.length < 20) {
    const byte = randomBytes(1)[0] ?? 255
    const letter = LETTERS[byte & 31]
    if (letter) letters.push(letter)
  }
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join('')).join('-')
}

function read(file: string, kept: string): Secrets {
  try {
    return Secrets.parse(JSON.parse(kept))
  } catch {
    throw new StartError(`${file} is damaged. Without it the database beside it cannot be opened: restore it from a backup.`)
  }
}

function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
