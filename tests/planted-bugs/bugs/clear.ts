import type { Bug } from '../bugs.ts'

const CLEAR = 'worker/clear/clear.ts'
const ERASE = 'worker/clear/erase.ts'
const UNLINK = 'worker/clear/unlink.ts'

/** Bugs of the clear engine. */
export const CLEAR_BUGS: readonly Bug[] = [
  {
    name: 'no tombstone before the erasing',
    rule: 'CLR-2',
    seenBy: 'histories',
    edits: [{ file: CLEAR, find: 'tombstones.put(tombstone)\n    const fenced', replace: 'const fenced' }],
  },
  {
    name: 'the tombstone goes before the report',
    rule: 'CLR-4',
    seenBy: 'histories',
    edits: [
      {
        file: CLEAR,
        find: 'const stored = await database.completeOrder',
        replace: 'tombstones.remove(tombstone)\n    const stored = await database.completeOrder',
      },
    ],
  },
  {
    name: 'no sweep at start',
    rule: 'CLR-4',
    seenBy: 'histories',
    edits: [{ file: 'worker/engine.ts', find: '      if (membership.resumesAtStart) clear.resume()\n', replace: '' }],
  },
  {
    name: 'tombstones are not read at start',
    rule: 'CLR-4',
    seenBy: 'histories',
    edits: [
      {
        file: 'worker/store/tombstones.ts',
        find: 'new Map(whole.map((tombstone) => [tombstone.order.id, tombstone]))',
        replace: 'new Map<string, Tombstone>()',
      },
    ],
  },
  {
    name: 'no fence',
    rule: 'CLR-2, FEN-1',
    seenBy: 'histories',
    edits: [{ file: CLEAR, find: 'supervisor.fence(session_id, max_generation)', replace: 'null as Fenced | null' }],
  },
  {
    name: 'the receipt is reported before the erasing',
    rule: 'CLR-2',
    seenBy: 'histories',
    edits: [
      { file: CLEAR, find: 'eraseAll(order, places, found.erasesCredentials)\n', replace: 'void found\n' },
      {
        file: CLEAR,
        find: '    // Only now, with the receipt in the database, may the tombstone go.\n',
        replace: '    eraseAll(order, places, survey(order, places, null, false, null).erasesCredentials)\n',
      },
    ],
  },
  {
    name: 'the queue is forgotten in a clear',
    rule: 'CLR-1',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  outbox.erase(id, max)\n', replace: '' },
      { file: ERASE, find: "outbox.measure(id, max) > 0 ? 'outbox' : null", replace: 'null' },
    ],
  },
  {
    name: 'the keys are forgotten in a clear',
    rule: 'SEA-4',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  vault.destroy(id, max, erasesCredentials || !data.disk.stat(data.session(id)))\n', replace: '' },
      { file: ERASE, find: "vault.keysOf(id)?.some(({ generation }) => generation <= max) ? 'keys' : null", replace: 'null' },
      { file: ERASE, find: 'places.vault.destroy(session_id, max_generation, false)\n', replace: '\n' },
    ],
  },
  {
    name: 'the keys are destroyed last',
    rule: 'SEA-4',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  vault.destroy(id, max, erasesCredentials || !data.disk.stat(data.session(id)))\n', replace: '' },
      {
        file: ERASE,
        find: '  if (erasesCredentials) data.erase(data.session(id))\n  data.finishErasing()',
        replace: '  if (erasesCredentials) data.erase(data.session(id))\n  vault.destroy(id, max, true)\n  data.finishErasing()',
      },
    ],
  },
  {
    name: 'the keys are destroyed before the tombstone',
    rule: 'SEA-4, CLR-2',
    seenBy: 'histories',
    edits: [
      {
        file: CLEAR,
        find: '    tombstones.put(tombstone)\n    const fenced',
        replace: '    places.vault.destroy(session_id, max_generation, true)\n    tombstones.put(tombstone)\n    const fenced',
      },
    ],
  },
  {
    name: 'the backups are forgotten in a clear',
    rule: 'CLR-1',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  backups.erase(id, max)\n', replace: '' },
      { file: ERASE, find: "backups.measure(id, max).files > 0 ? 'backups' : null", replace: 'null' },
    ],
  },
  {
    name: 'the quarantine is forgotten in a clear',
    rule: 'CLR-1',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  quarantine.erase(id, max)\n', replace: '' },
      { file: ERASE, find: "quarantine.measure(id, max).files > 0 ? 'quarantine' : null", replace: 'null' },
    ],
  },
  {
    name: 'credentials are erased in memory only',
    rule: 'CLR-1',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: 'if (erasesCredentials) data.erase(data.session(id))', replace: '' },
      { file: ERASE, find: "erasesCredentials && data.disk.stat(data.session(id)) ? 'credentials' : null", replace: 'null' },
    ],
  },
  {
    name: 'a newer generation is cleared, too',
    rule: 'CLR-8',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: "(found.state === 'whole' && found.generation <= max)", replace: "found.state === 'whole'" },
      { file: CLEAR, find: 'held !== null && !held.covered, ', replace: 'false, ' },
    ],
  },
  {
    name: 'confirmed is claimed without an answer',
    rule: 'CLR-5',
    seenBy: 'histories',
    edits: [{ file: CLEAR, find: "? 'confirmed' : 'unconfirmed'\n", replace: "? 'confirmed' : 'confirmed'\n" }],
  },
  {
    name: 'the silence of a live connection counts as unlinked',
    rule: 'CLR-5',
    seenBy: 'histories',
    edits: [{ file: UNLINK, find: 'if (gone) return true', replace: 'if (gone || ms > 0) return true' }],
  },
  {
    name: 'what an interrupted clear had found is forgotten',
    rule: 'CLR-4',
    seenBy: 'histories',
    edits: [{ file: CLEAR, find: 'before ? mergeFindings(before.findings, found.findings) : found.findings', replace: 'found.findings' }],
  },
  {
    name: 'a second clear of a session is ignored',
    rule: 'CLR-6',
    seenBy: 'histories',
    edits: [
      {
        file: CLEAR,
        find: '    const same = underWay.get(order.id)\n',
        replace:
          '    if (!begun.has(order.id) && unlinks.has(order.session_id)) return new Promise<Receipt>(() => {})\n    const same = underWay.get(order.id)\n',
      },
    ],
  },
]
