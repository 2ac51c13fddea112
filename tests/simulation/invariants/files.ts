import { identitiesIn } from '../support/whatsapp/identity.ts'
import type { Machine } from '../support/machine.ts'
import type { World } from '../support/world.ts'

/** Every file belongs to a row of its generation, or is set aside with a reason; nothing that was cleared is left in any of them. */
export function checkFiles(world: World): void {
  for (const machine of world.machines) checkFilesOn(world, machine)
}

function checkFilesOn(world: World, machine: Machine): void {
  checkKeys(world, machine)
  const rows = new Map(world.rows().map((row) => [row.id, row]))
  const orphan = (rules: string, what: string): void => world.violations.add('orphan', rules, what)
  const onDisk = new Set<string>()
  /** What belongs to no row, or to another generation of it, by session. */
  const misplaced: { id: string; rules: string; what: string }[] = []
  const files = machine.disk.files('now')
  const reasons = new Set(files.flatMap(({ path, content }) => (path.endsWith('/why.json') && isReason(content()) ? [folderOf(path)] : [])))

  for (const { path, node, content } of files) {
    const [, , place, second = '', third = ''] = path.split('/')
    if (path.endsWith('.tmp') || path.includes('/.new-')) {
      if (!world.wasRefused(machine)) orphan('DAT-3', `a half-made file: ${path}`)
    } else if (place === 'erasing') orphan('CLR-1', `not erased: ${path}`)
    else if (place === 'quarantine') {
      if (!reasons.has(`/data/quarantine/${second}`)) orphan('FOL-8', `in quarantine without a reason: ${path}`)
    } else if (place === 'tombstones') {
      if (!world.damage.databaseRestored) orphan('CLR-4', `a tombstone that nobody reports: ${path}`)
    } else if (place === 'sessions') {
      const id = second === 'backups' ? third : second
      const identity = node.sql && world.identities.inFile(node.sql)
      const row = rows.get(id)
      onDisk.add(id)
      if (third === 'names.json') {
        const { generation } = JSON.parse(content()) as { generation: number }
        // A row that the database brought back and the ledger forbids waits, with what lies there, for the order of whoever resets it (LED-2).
        const isForbidden = row !== undefined && world.isForbidden({ sessionId: id, generation: row.generation })
        if (row && row.generation !== generation && !isForbidden)
          misplaced.push({ id, rules: 'NAM-3', what: `names of generation ${generation}, the row is of ${row.generation}` })
        continue
      }
      if (!row) misplaced.push({ id, rules: 'FOL-8', what: `nobody's: ${path}` })
      else if (identity && identity.generation !== row.generation) {
        misplaced.push({
          id,
          rules: 'FEN-3, BAK-3',
          what: `of generation ${identity.generation}, the row is of ${row.generation}: ${path}`,
        })
      } else if (!identity && !world.damage.spoiled.has(id)) orphan('DAT-3', `no credentials: ${path}`)
    } else if (place === 'whatsapp') {
      const id = path.split('/').at(-1)?.replace('.json', '') ?? ''
      const row = rows.get(id)
      const { generation } = JSON.parse(content()) as { generation: number }
      onDisk.add(id)
      if (row?.generation !== generation)
        misplaced.push({ id, rules: 'OUT', what: `an outbox of generation ${generation}, the row is of ${row?.generation ?? 'nobody'}` })
    }
  }
  if (!isBurst(world, machine, new Set(misplaced.map(({ id }) => id)).size, onDisk.size)) {
    for (const { rules, what } of misplaced) orphan(rules, what)
  }
  for (const folder of machine.disk.folders()) {
    const isHalfMade = folder.includes('/.new-') && !world.wasRefused(machine)
    if (/^\/data\/erasing\/./.test(folder) || isHalfMade) orphan('DAT-3, CLR-1', `a folder on its way: ${folder}`)
  }
}

/**
 * Where an old database or an old folder makes so many surprises that they cannot all be orphans, nothing is moved, and the worker must
 * have cried out in this life (FOL-8).
 */
function isBurst({ damage, lines }: World, { worker }: Machine, sessions: number, onDisk: number): boolean {
  if (!(damage.databaseRestored || damage.folderRestored) || sessions <= Math.max(3, onDisk * 0.05)) return false
  return lines.some(({ life, message }) => life === worker?.life.number && message.startsWith('ALARM: too many folders'))
}

/**
 * The keys of what was cleared are nowhere, in the clear or sealed with what can open them: not as programs see the disk, and not as a power
 * cut would leave it.
 */
function checkKeys({ identities, damage, violations }: World, { disk, reader }: Machine): void {
  for (const view of ['now', 'durable'] as const) {
    for (const { path, node, content } of disk.files(view)) {
      // An old data folder that is put back brings old keys with it; they are set aside and never used.
      if (damage.folderRestored && path.startsWith('/data/quarantine/')) continue
      const opened = node.sql && node.sql.commits > 0 ? reader.credsIn(node.sql, view) : null
      for (const number of identitiesIn(`${content()} ${opened ?? ''}`)) {
        const identity = identities.get(number)
        if (identity && identities.isCondemned(identity)) {
          violations.add('resurrection', 'CLR-1', `keys of identity ${number}, which was cleared, are in ${path} (${view})`)
        }
      }
    }
    for (const { path, sessionId, generations } of reader.keys(view)) {
      for (const generation of generations) {
        const held = identities.of(sessionId, generation)
        if (held.length > 0 && held.every((identity) => identity.excuse === null && identities.isCondemned(identity))) {
          violations.add('resurrection', 'SEA-4', `${path} holds the key of generation ${generation}, which was cleared (${view})`)
        }
      }
    }
  }
}

function isReason(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { reason?: unknown }).reason === 'string'
  } catch {
    return false
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
