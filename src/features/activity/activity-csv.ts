import { type ActivityRow } from './activity-query.ts'
import { type Cell, toCsv } from './csv.ts'

/** The columns of an export, in order. Their names are English in every language: programs read them. */
const COLUMNS: Record<string, (row: ActivityRow) => Cell> = {
  order_id: (row) => row.id,
  session_id: (row) => row.session_id,
  name: (row) => row.label,
  phone_number: (row) => row.phone_number,
  reason: (row) => row.reason,
  outcome: (row) => row.outcome,
  requested_at: (row) => isoTime(row.requested_at),
  requested_by: (row) => row.requested_by_email ?? row.requested_by,
  failed_attempts: (row) => row.attempts,
  last_error: (row) => row.last_error,
  completed_at: (row) => row.completed_at,
  started_at: (row) => row.receipt?.startedAt ?? null,
  finished_at: (row) => row.receipt?.finishedAt ?? null,
  remote_unlink: (row) => row.receipt?.remoteUnlink ?? null,
  generations: (row) => row.receipt?.generations.join(' ') ?? null,
  credential_files: (row) => row.receipt?.removed.credentials.files ?? null,
  credential_bytes: (row) => row.receipt?.removed.credentials.bytes ?? null,
  backup_files: (row) => row.receipt?.removed.backups.files ?? null,
  backup_bytes: (row) => row.receipt?.removed.backups.bytes ?? null,
  messages: (row) => row.receipt?.removed.outbox.messages ?? null,
  names: (row) => row.receipt?.removed.names ?? null,
  quarantine_files: (row) => row.receipt?.removed.quarantine.files ?? null,
  quarantine_bytes: (row) => row.receipt?.removed.quarantine.bytes ?? null,
  socket_closed: (row) => row.receipt?.removed.memory.socket ?? null,
  timers_stopped: (row) => row.receipt?.removed.memory.timers ?? null,
  resumed_after_crash: (row) => row.receipt?.resumedAfterCrash ?? null,
  verified_absent: (row) => row.receipt?.verifiedAbsent ?? null,
  digest: (row) => row.receipt?.digest ?? null,
}

export function activityCsv(rows: readonly ActivityRow[]): string {
  const cells = Object.values(COLUMNS)
  return toCsv(
    Object.keys(COLUMNS),
    rows.map((row) => cells.map((cell) => cell(row))),
  )
}

/** As in `latchkey-activity-acme-peru-2026-11-22.csv`: letters and digits of any script, so that no name leads out of a folder. */
export function csvName(organization: string, now: Date): string {
  const name = organization
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60)
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
  return ['latchkey-activity', name, day].filter(Boolean).join('-') + '.csv'
}

function isoTime(time: string): string {
  return new Date(time).toISOString()
}
