import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createLog } from '../../../worker/log.ts'
import { createCredentials } from '../../../worker/store/credential-store.ts'
import { systemDisk } from '../../../worker/store/disk.ts'
import { createWhatsApp } from '../../../worker/whatsapp/socket.ts'
import { NO_VAULT } from './vaults.ts'

const whatsapp = createWhatsApp({ url: undefined, log: createLog('silent', 'test') })

/** Puts a whole folder of credentials where no worker put one. */
export function plantCredentials(folder: string, sessionId: string, generation: number): void {
  mkdirSync(dirname(folder), { recursive: true })
  createCredentials(folder, generation, whatsapp.newCredentials(), {
    disk: systemDisk,
    vault: NO_VAULT,
    sessionId,
    maxPages: 1000,
  }).dispose()
}

export function plantBackup(data: string, sessionId: string, generation: number, name = '2026-01-01T00-00-00.000Z'): string {
  const folder = join(data, 'sessions', 'backups', sessionId, name)
  plantCredentials(folder, sessionId, generation)
  return folder
}

export function plantOutbox(data: string, sessionId: string, generation: number, messages = 2): string {
  const path = join(data, 'whatsapp', 'outbox', `${sessionId}.json`)
  const texts = Array.from({ length: messages }, () => ({
    to: '+51911111111',
    text: 'a text that nobody else may read',
    id: randomUUID().replaceAll('-', '').toUpperCase(),
    queuedAt: '2026-01-01T00:00:00.000Z',
    state: 'waiting',
    attempts: 0,
  }))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify({ version: 1, generation, account: '51987654321', messages: texts }))
  return path
}

type Why = { session_id: string; what: string; generation: number | null; reason: string; keep_until: string }

/** The reasons in quarantine of one session, with what lies beside each. */
export function quarantined(data: string, sessionId: string): (Why & { names: string[] })[] {
  const folder = join(data, 'quarantine')
  return readdirSync(folder)
    .filter((name) => name.startsWith(sessionId) && existsSync(join(folder, name, 'why.json')))
    .map((name) => {
      const why = JSON.parse(readFileSync(join(folder, name, 'why.json'), 'utf8')) as Why
      return Object.assign(why, { names: readdirSync(join(folder, name)).filter((one) => one !== 'why.json') })
    })
    .toSorted((a, b) => `${a.what}${a.generation ?? 0}`.localeCompare(`${b.what}${b.generation ?? 0}`))
}

/** Every file below a folder with a hash of its bytes, for "nothing was changed". */
export function fingerprint(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    files
      .map((file) => {
        const path = join(file.parentPath, file.name)
        return [path, file.isDirectory() ? 'folder' : createHash('sha256').update(readFileSync(path)).digest('hex')] as const
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}
