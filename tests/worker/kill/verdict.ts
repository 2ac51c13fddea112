import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Receipt } from '#domain/clearance.ts'
import { IS_LINKED } from '#domain/session.ts'
import type { SessionState } from '#domain/session.ts'
import { sealReceipt } from '../../../worker/clear/receipt.ts'
import type { World } from '../support/world.ts'
import type { Remains } from './autopsy.ts'
import type { Ledger } from './ledger.ts'

/** What is wrong, by what it means for those who rely on the promise. */
export type Verdict = { resurrections: string[]; orphans: string[]; lostOrders: string[]; failures: string[] }

export function emptyVerdict(): Verdict {
  return { resurrections: [], orphans: [], lostOrders: [], failures: [] }
}

type Row = { id: string; status: SessionState; desired: string; generation: number; phone_number: string | null }
type Clearance = { id: string; session_id: string; max_generation: number; receipt: unknown }

/** Judges database, simulator and the remains of a worker that had come to rest before it was killed for the last time. */
export async function judge(world: World, ledger: Ledger, remains: Remains, online: ReadonlySet<string>, data: string): Promise<Verdict> {
  const verdict = emptyVerdict()
  const rows = await world.database.sql<Row[]>`select id, status, desired, generation, phone_number from public.whatsapp_sessions`
  const orders = await world.database.sql<Clearance[]>`select id, session_id, max_generation, receipt from public.whatsapp_clearances`
  judgeOrders(verdict, orders, ledger, world)
  judgeRows(verdict, rows, remains, online)
  judgeFolder(verdict, rows, remains, data)
  judgeTexts(verdict, orders, ledger, world)
  return verdict
}

/** (CLR-5, CLR-7) Every order has its receipt, and what that claims is so at WhatsApp. */
function judgeOrders(verdict: Verdict, orders: readonly Clearance[], ledger: Ledger, world: World): void {
  // A receipt speaks for the generations that no other had to answer for: who was told of an unconfirmed unlink was told once.
  const isToldOf = (sessionId: string, generation: number): boolean =>
    orders.some(({ session_id, max_generation, receipt }) => {
      const told = Receipt.safeParse(receipt)
      return session_id === sessionId && generation <= max_generation && told.success && told.data.remoteUnlink === 'unconfirmed'
    })
  const linked = world.simulator.devices().map(({ jid, noisePublicKey }) => ({ jid, owner: ledger.owners.get(noisePublicKey) }))
  for (const order of orders) {
    const parsed = Receipt.safeParse(order.receipt)
    if (!parsed.success) {
      verdict.lostOrders.push(`order ${order.id} of ${order.session_id} has no receipt: ${parsed.error.message}`)
      continue
    }
    const { digest, ...claims } = parsed.data
    if (sealReceipt(claims).digest !== digest) verdict.failures.push(`the digest of the receipt of ${order.id} is wrong`)
    if (claims.orderId !== order.id || claims.sessionId !== order.session_id) verdict.failures.push(`${order.id} has another one's receipt`)
    if (claims.remoteUnlink === 'unconfirmed') continue
    const still = linked.filter(
      ({ owner }) =>
        owner?.sessionId === order.session_id && owner.generation <= order.max_generation && !isToldOf(owner.sessionId, owner.generation),
    )
    for (const { jid } of still) verdict.resurrections.push(`${jid} is linked although ${order.id} says ${claims.remoteUnlink}`)
  }
}

/** (FOL-12, FEN-3) Connected means connected, and nobody is online but those. */
function judgeRows(verdict: Verdict, rows: readonly Row[], { stored }: Remains, online: ReadonlySet<string>): void {
  const live = new Set<string>()
  for (const row of rows) {
    const mine = stored.find(({ place }) => place === `sessions/${row.id}`)
    const identity = mine?.creds && (JSON.parse(mine.creds) as { noiseKey: { public: { data: string } } }).noiseKey.public.data
    if (mine && mine.generation !== row.generation)
      verdict.orphans.push(`${mine.place} is of generation ${mine.generation}, the row of ${row.generation}`)
    if (IS_LINKED[row.status] && !mine?.linked) verdict.failures.push(`${row.id} is ${row.status} without credentials`)
    if (identity && row.status === 'connected') live.add(identity)
    if (row.status === 'connected' && (!identity || !online.has(identity)))
      verdict.failures.push(`${row.id} is connected, but not at WhatsApp`)
  }
  for (const identity of online) if (!live.has(identity)) verdict.resurrections.push(`${identity} is online, but no row says connected`)
}

const AT_REST = /^(keys|sessions|sessions\/backups|whatsapp|whatsapp\/outbox|tombstones|quarantine|erasing)$/
const OF_THE_WORKER = /^(instance\.json|doctor\.json|reserve|cleared\.jsonl|worker\.lock(-journal)?)$/

/** (FOL-8) Every name in the data folder is somebody's. */
function judgeFolder(verdict: Verdict, rows: readonly Row[], { names, queues }: Remains, data: string): void {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const isOurs = (name: string): boolean => {
    if (AT_REST.test(name) || OF_THE_WORKER.test(name)) return true
    const [place = '', second = '', third = ''] = name.split('/')
    if (place === 'keys') return byId.has(second.replace('.json', ''))
    if (place === 'sessions') return byId.has(second === 'backups' ? third : second)
    if (place === 'whatsapp') return queues.some((queue) => name === `whatsapp/outbox/${queue.sessionId}.json` && fits(queue))
    return place === 'quarantine' && hasReason(join(data, 'quarantine', second))
  }
  const fits = ({ sessionId, generation, account }: Remains['queues'][number]): boolean => {
    const row = byId.get(sessionId)
    return row?.generation === generation && row.phone_number === account
  }
  for (const name of names) if (!isOurs(name)) verdict.orphans.push(name)
}

function hasReason(folder: string): boolean {
  try {
    return ((JSON.parse(readFileSync(join(folder, 'why.json'), 'utf8')) as { reason: string }).reason.length ?? 0) > 0
  } catch {
    return false
  }
}

/** Texts arrive once, from the account that they were queued for, and never when their link was cleared. */
function judgeTexts(verdict: Verdict, orders: readonly Clearance[], ledger: Ledger, world: World): void {
  const seen = new Set<string>()
  const ends = new Map<string, { maxGeneration: number; finishedAt: string }[]>()
  for (const { session_id, max_generation, receipt } of orders) {
    const parsed = Receipt.safeParse(receipt)
    if (!parsed.success) continue
    ends.set(session_id, [...(ends.get(session_id) ?? []), { maxGeneration: max_generation, finishedAt: parsed.data.finishedAt }])
  }
  for (const { text, from, at } of world.simulator.accounts().flatMap(({ phone }) => world.simulator.texts(phone) ?? [])) {
    const sent = ledger.texts.get(text)
    if (!sent) {
      verdict.failures.push(`"${text}" arrived, which nobody has written`)
      continue
    }
    if (seen.has(text)) verdict.failures.push(`"${text}" arrived twice`)
    seen.add(text)
    if (sent.account !== `+${from}`) verdict.failures.push(`"${text}" came from ${from}, it was queued for ${sent.account}`)
    const end = (ends.get(sent.sessionId) ?? [])
      .filter(({ maxGeneration }) => maxGeneration >= sent.generation)
      .map(({ finishedAt }) => finishedAt)
      .toSorted()[0]
    if (end !== undefined && at > end) verdict.resurrections.push(`"${text}" arrived at ${at}, its link was cleared at ${end}`)
  }
}
