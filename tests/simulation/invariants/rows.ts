import { IS_LINKED } from '#domain/session.ts'
import type { World } from '../support/world.ts'

/** A row says what is so: connected is logged in and nothing else is; what is linked has its credentials. */
export function checkRows({ database, service, machines, identities, violations, isForbidden }: World): void {
  const untrue = (rules: string, what: string): void => violations.add('untrue', rules, what)
  for (const row of database.rows()) {
    const name = `the row is ${row.status} (${row.status_reason ?? 'no reason'}), wanted ${row.desired}`
    const isOnline = identities.of(row.id, row.generation).some(({ number }) => service.deviceOf(number)?.connection?.isConnected())
    if (row.status === 'connected' && !isOnline) untrue('FOL-12', `${name}, but no socket is logged in`)
    if (row.status !== 'connected' && isOnline) untrue('FOL-12, FOL-5', `${name}, but a socket is logged in`)
    if (row.status === 'reconnecting') untrue('CLO-8', `${name}, although nothing stands in the way`)

    const files = machines.flatMap(({ disk }) => disk.files('now'))
    const file = files.find(({ path }) => path === `/data/sessions/${row.id}/auth.sqlite`)
    const identity = file?.node.sql && identities.inFile(file.node.sql)
    const linked = identity ? isLinked(file.node) : false
    const isFenced = isForbidden({ sessionId: row.id, generation: row.generation })
    // A database that was restored may want back what a tombstone or the ledger forbids: it is told so, and that is all.
    if (isFenced && row.status === 'stopped') continue
    if (IS_LINKED[row.status] && !linked) untrue('FOL-7', `${name}, but it has no credentials of a link`)
    // A database that was restored may count a generation anew that an older link has: a person has to say what becomes of that.
    if (!IS_LINKED[row.status] && linked && identity?.generation === row.generation && !identity.excuse)
      untrue('LNK-7', `${name}, but it has credentials of a link`)
  }
}

function isLinked(node: { sql: { database: { prepare(sql: string): { get(): unknown } } } | null }): boolean {
  const row = node.sql?.database.prepare('select linked from identity where one = 1').get() as { linked: number } | undefined
  return row?.linked === 1
}
