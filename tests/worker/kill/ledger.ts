import type { Row } from '../support/world.ts'
import type { Secret } from './byte-search.ts'
import { identityOf, secretsOf } from './secrets.ts'
import type { Stored } from './secrets.ts'

/** The link that a text was queued for, as far as that is certain: the generation has one account for its whole life. */
export type SentText = { sessionId: string; generation: number; account: string | null }
type Owner = { sessionId: string; generation: number }

/** What the test itself knows of all that happened, to judge the worker by. */
export type Ledger = ReturnType<typeof createLedger>

export function createLedger(devices: () => { jid: string; noisePublicKey: string }[]) {
  const owners = new Map<string, Owner>()
  const secrets = new Map<string, Secret>()
  const texts = new Map<string, SentText>()
  const refusals = new Map<string, number>()
  const keep = (all: readonly Secret[]): void => {
    for (const secret of all) secrets.set(`${secret.kind} ${secret.bytes.toString('base64')}`, secret)
  }

  return {
    owners,
    texts,
    secrets: (): Secret[] => [...secrets.values()],
    /** How often what was refused or went unanswered, by its words. */
    refusals: (): Map<string, number> => refusals,
    refused(error: unknown): void {
      const words = error instanceof Error ? error.message.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…') : String(error)
      refusals.set(words, (refusals.get(words) ?? 0) + 1)
    },
    sawStored({ sessionId, generation, creds, oneTime }: Stored): void {
      if (creds === null) return
      owners.set(identityOf(creds), { sessionId, generation })
      keep([...secretsOf(creds), ...oneTime])
    },
    wasTold: (creds: string): void => keep(secretsOf(creds)),
    /** The row was read just before the QR: where it was reset in between, the QR is of the older generation or there is none. */
    sawQr(qr: string, row: Row): void {
      const [, identity = '', , advSecret = ''] = qr.replace(/^https?:.*#/, '').split(',')
      if (!owners.has(identity)) owners.set(identity, { sessionId: row.id, generation: row.generation })
      keep([{ identity, kind: 'adv secret', bytes: Buffer.from(advSecret, 'base64') }])
    },
    /** The device at WhatsApp that is a session's, the newest if it has several. */
    deviceOf: (sessionId: string): string | null =>
      devices().findLast(({ noisePublicKey }) => owners.get(noisePublicKey)?.sessionId === sessionId)?.jid ?? null,
    /** A text that nobody has written before, queued for the link that a row shows. */
    newText(row: Row): string {
      const text = `Text ${texts.size + 1} of ${row.id}`
      texts.set(text, { sessionId: row.id, generation: row.generation, account: row.phone_number })
      return text
    },
  }
}
