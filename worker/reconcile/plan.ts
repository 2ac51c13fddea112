import * as z from 'zod'
import { tooMany } from '../session/decide.ts'
import type { Inventory, SessionFacts } from './facts.ts'
import { judgeSession } from './judge.ts'

/** `discard`: a key that opens nothing. `wait`: something is under way that settles it. `report`: only a person can. */
const ACTIONS = ['none', 'quarantine', 'discard', 'wait', 'report'] as const
const PLACES = ['credentials', 'backup', 'outbox', 'key', 'quarantine', 'memory', 'database', 'tombstone', 'folder'] as const

/** One thing that is not as it should be, or that is worth to know, and what is done about it. `item`: which one, of several. */
export const Finding = z.object({
  sessionId: z.nullable(z.string()),
  place: z.enum(PLACES),
  finding: z.string(),
  action: z.enum(ACTIONS),
  reason: z.string(),
  generation: z.nullable(z.int()),
  item: z.nullable(z.string()),
})
export type Finding = z.infer<typeof Finding>

export type Plan = { findings: Finding[]; alarm: string | null }

/**
 * What to do about an inventory (FOL-8, FOL-13). Pure. So many things to set aside that they cannot all be surprises are an alarm, and
 * nothing is moved: it is the wrong folder, the wrong database, or one that was restored. `isClaimed`: whether the folder is known to be
 * this database's; under another nothing is moved either (FOL-9).
 */
export function plan(inventory: Inventory, isClaimed = true): Plan {
  const isPartial = inventory.sessions.some(isUnseen)
  const judged = inventory.sessions.flatMap(judgeSession)
  const findings = [...(isPartial ? judged.map(untilAllIsSeen) : judged), ...inventory.strays.map(strayFinding)]
  const toMove = new Set(findings.filter(isMove).map(({ sessionId }) => sessionId))
  // What is hearsay is not moved, but it is counted: a burst must not pass the alarm in small portions.
  const hearsay = inventory.sessions.filter((facts) => facts.hearsay && judgeSession({ ...facts, hearsay: false }).some(isMove))
  const affected = toMove.size === 0 ? 0 : new Set([...toMove, ...hearsay.map(({ sessionId }) => sessionId)]).size
  const onDisk = inventory.sessions.filter(isOnDisk).length
  if (affected === 0 || (isClaimed && !tooMany(affected, onDisk))) return { findings, alarm: null }
  if (!isClaimed) return { findings: findings.map(notMoved), alarm: UNCLAIMED }
  const alarm = `too many folders without a session: ${affected} of ${onDisk} on disk are no row's: is this the right database? Nothing is quarantined`
  return { findings: findings.map(notMoved), alarm }
}

const UNCLAIMED = 'the data folder is not known to be this database’s: nothing is quarantined'

function isMove({ action }: Finding): boolean {
  return action === 'quarantine'
}

function isOnDisk({ credentials, backups, outbox }: SessionFacts): boolean {
  return credentials.state !== 'absent' || backups.length > 0 || outbox.state !== 'absent'
}

function notMoved(finding: Finding): Finding {
  return finding.action === 'quarantine' || finding.action === 'discard' ? { ...finding, action: 'report' } : finding
}

function isUnseen({ credentials, backups }: SessionFacts): boolean {
  return [credentials, ...backups.map(({ stored }) => stored)].some(({ state }) => state === 'not_looked_at')
}

/** What a listing does not show is counted only when all was looked at: a burst must not pass the alarm in small portions. */
function untilAllIsSeen(finding: Finding): Finding {
  if (finding.action !== 'quarantine' || finding.finding === 'orphan') return finding
  return { ...finding, action: 'wait', reason: `${finding.reason}; set aside when everything was looked at` }
}

function strayFinding({ path, what }: Inventory['strays'][number]): Finding {
  return { sessionId: null, place: 'folder', finding: 'stray', action: 'report', reason: what, generation: null, item: path }
}
