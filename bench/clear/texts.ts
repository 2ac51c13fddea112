import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { QueuedText } from '#domain/message.ts'
import type { Live } from '../stack/link.ts'

/** Texts that wait in each outbox. */
export const TEXTS = 3

/**
 * Gives a live session texts for the clear to erase, in the format of `worker/store/outbox.ts`. They have had their tries, so that
 * nobody sends them meanwhile. (The worker makes backups itself.) A clear that does not count them is an error of the bench.
 */
export function plantTexts(data: string, { id, generation, phone }: Live): void {
  const text = (index: number): QueuedText => ({
    id: `3EB0${String(index).padStart(20, '0')}`,
    to: '+51912000111',
    text: 'Your table is ready.',
    queuedAt: new Date().toISOString(),
    state: 'unanswered',
    attempts: 5,
  })
  const queue = { version: 1, generation, account: `+${phone}`, messages: Array.from({ length: TEXTS }, (_, index) => text(index)) }
  writeFileSync(join(data, 'whatsapp/outbox', `${id}.json`), JSON.stringify(queue), { mode: 0o600 })
}
