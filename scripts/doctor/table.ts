import type { SessionFacts, StoredFacts } from '../../worker/reconcile/facts.ts'
import type { Finding } from '../../worker/reconcile/plan.ts'
import type { Report } from '../../worker/reconcile/report.ts'
import type { Check } from './judge-machine.ts'
import { printable } from '../stack/printable.ts'

const COLUMNS = ['session', 'database', 'disk', 'memory', 'tombstones', 'finding', 'action'] as const
const ACTIONS = ['quarantine', 'discard', 'report', 'wait', 'none'] as const satisfies Finding['action'][]

/** The machine, the programs and the keys, what somebody should look at first. */
export function printMachine(checks: readonly Check[]): string {
  const order = ['look', 'unknown', 'ok']
  return checks
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map(({ name, state, words }) => `${state.padEnd(8)} ${name}: ${printable(words)}`)
    .join('\n')
}

/** What a person reads, with whatever a name holds as text: what was looked at, the table with the findings first, why each was found, and totals. */
export function printReport(report: Report, wasAsked: boolean): string {
  const { sessions } = report.inventory
  const byId = Map.groupBy(report.findings, ({ sessionId }) => sessionId)
  const rows = sessions
    .map((facts) => ({ facts, findings: byId.get(facts.sessionId) ?? [] }))
    .toSorted((a, b) => urgency(a.findings) - urgency(b.findings))
    .map(({ facts, findings }) => rowOf(facts, findings, report.worker))
  const strays = (byId.get(null) ?? []).map(({ item, finding, action }) => [item ?? '', '-', 'a name', '-', '-', finding, action])
  const reasons = report.findings
    .toSorted((a, b) => urgency([a]) - urgency([b]))
    .map(({ sessionId, place, finding, action, reason, item }) => {
      const what = [sessionId, place, item].filter((part) => part !== null).join(' ')
      return `  ${action.padEnd(10)} ${finding}: ${what}: ${reason}`
    })
  const { database } = report
  return [
    `Looked at ${report.takenAt}; worker: ${report.worker}; database: ${database.reachable ? database.instanceId : `not reachable (${database.reason})`}`,
    ...(report.alarm === null ? [] : [`ALARM: ${report.alarm}`]),
    ...movedLines(report, wasAsked),
    '',
    ...columns([[...COLUMNS], ...strays, ...rows]),
    '',
    ...(reasons.length > 0 ? ['Why:', ...reasons, ''] : []),
    totalsOf(report),
  ]
    .map(printable)
    .join('\n')
}

function movedLines({ moved, database }: Report, wasAsked: boolean): string[] {
  if (!wasAsked) return ['Nothing was changed; -- --apply sets aside what says "quarantine".']
  if (moved === null)
    return [`No pass could be made: ${database.reachable ? 'the worker could not finish it, see its log' : database.reason}`]
  if (moved.length === 0) return ['One pass was made: there was nothing to set aside.']
  return [
    `One pass was made; set aside in quarantine: ${moved.length}`,
    ...moved.map(({ sessionId, place, reason }) => `  ${sessionId ?? ''} ${place}: ${reason}`),
  ]
}

function rowOf(facts: SessionFacts, findings: readonly Finding[], worker: Report['worker']): string[] {
  const { memory, tombstones, fenced } = facts
  const stones = [...tombstones.map(({ maxGeneration, step }) => `up to g${maxGeneration} ${step}`), ...(fenced ? ['damaged'] : [])]
  const running = memory ? `${memory.running} ${memory.status} g${memory.generation}${memory.socket ? ' socket' : ''}` : '-'
  const found = [...new Set(findings.map(({ finding }) => finding))]
  const first = ACTIONS.find((action) => findings.some((one) => one.action === action))
  return [
    facts.sessionId,
    databaseWord(facts),
    diskWord(facts),
    worker === 'none' ? 'no worker' : running,
    stones.join(', ') || '-',
    found.join(', ') || '-',
    first ?? '-',
  ]
}

function databaseWord({ database }: SessionFacts): string {
  if (!database) return 'unknown'
  const { row, orders } = database
  const words = row ? [`${row.status} g${row.generation}, wanted ${row.desired}`] : ['no row']
  return [...words, ...orders.map(({ maxGeneration }) => `order up to g${maxGeneration}`)].join(', ')
}

function diskWord({ credentials, backups, outbox, keys, quarantine }: SessionFacts): string {
  const words = [
    credentials.state === 'absent' ? null : storedWord(credentials),
    backups.length > 0 ? `${backups.length} backup${backups.length > 1 ? 's' : ''} (${uniqueWords(backups)})` : null,
    outbox.state === 'absent'
      ? null
      : `outbox ${outbox.state === 'whole' ? `g${outbox.generation ?? '?'} ${outbox.messages}` : outbox.state}`,
    keysWord(keys),
    quarantine.length > 0 ? `${quarantine.length} in quarantine` : null,
  ].filter((word) => word !== null)
  return words.join(', ') || '-'
}

function keysWord(keys: SessionFacts['keys']): string | null {
  if (keys.state !== 'whole') return `keys ${keys.state}`
  return keys.generations.length > 0 ? `key ${keys.generations.map((generation) => `g${generation}`).join(' ')}` : null
}

function uniqueWords(backups: SessionFacts['backups']): string {
  return [...new Set(backups.map(({ stored }) => storedWord(stored)))].join(', ')
}

function storedWord(stored: StoredFacts): string {
  if (stored.state === 'whole') return `${stored.linked ? 'linked' : 'never linked'} g${stored.generation}`
  return stored.state.replaceAll('_', ' ')
}

function totalsOf({ inventory: { sessions, strays }, findings }: Report): string {
  const count = (is: (facts: SessionFacts) => boolean): number => sessions.filter(is).length
  const sum = (of: (facts: SessionFacts) => number): number => sessions.reduce((total, facts) => total + of(facts), 0)
  const parts = [
    `${sessions.length} sessions`,
    `${count(({ database }) => database?.row != null)} rows`,
    `${count(({ memory }) => memory !== null)} running`,
    `${count(({ credentials }) => credentials.state !== 'absent')} folders`,
    `${sum(({ backups }) => backups.length)} backups`,
    `${count(({ outbox }) => outbox.state !== 'absent')} outboxes`,
    `${sum(({ quarantine }) => quarantine.length)} in quarantine`,
    `${sum(({ tombstones }) => tombstones.length)} tombstones`,
    `${strays.length} strays`,
    ...ACTIONS.map((action) => `${action} ${findings.filter((one) => one.action === action).length}`),
  ]
  return parts.join(' | ')
}

/** The least is the most urgent; those without a finding come last. */
function urgency(findings: readonly Finding[]): number {
  const found = ACTIONS.findIndex((action) => findings.some((one) => one.action === action))
  return found === -1 ? ACTIONS.length : found
}

function columns(rows: readonly string[][]): string[] {
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
