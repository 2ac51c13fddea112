import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Live } from './link.ts'

/** Messages that wait in each outbox. */
export const MESSAGES = 3

/**
 * Gives a live session what a long-lived one has beside its credentials: a backup of them and messages that wait. In the formats of
 * `worker/store/backups.ts` and `outbox.ts`; a clear whose receipt does not count them is an error of the bench.
 */
export function plantLeftovers(data: string, { id, generation }: Live): void {
  const backup = join(data, 'sessions/backups', id, '2026-01-01T00-00-00.000Z')
  mkdirSync(backup, { recursive: true, mode: 0o700 })
  cpSync(join(data, 'sessions', id), backup, { recursive: true })
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({ id: `m${index}`, to: '51912000111@s.whatsapp.net', text: 'see you' }))
  writeFileSync(join(data, 'whatsapp/outbox', `${id}.json`), JSON.stringify({ generation, messages }), { mode: 0o600 })
}
