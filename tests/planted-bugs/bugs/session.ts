import type { Bug } from '../bugs.ts'

const SESSION = 'worker/session/session.ts'
const SENDER = 'worker/outbox/sender.ts'
const OUTBOX = 'worker/store/outbox.ts'
const BACKUPS = 'worker/store/backups.ts'

/** Bugs of a session that runs, of its backups and of its texts. */
export const SESSION_BUGS: readonly Bug[] = [
  {
    name: 'the fence leaves the store open',
    rule: 'FEN-1',
    seenBy: 'histories',
    edits: [{ file: SESSION, find: '      store.dispose(true)\n', replace: '' }],
  },
  {
    name: 'the fence forgets the timers',
    rule: 'FEN-1',
    seenBy: 'histories',
    edits: [
      {
        file: SESSION,
        find: 'return { socket: live, hadSocket, timers: timers.close() }',
        replace: 'return { socket: live, hadSocket, timers: 0 }',
      },
    ],
  },
  {
    name: 'a replaced socket is still heard',
    rule: 'FEN-1',
    seenBy: 'histories',
    edits: [{ file: SESSION, find: 'mine === turn && !over && hear(event)', replace: 'hear(event)' }],
  },
  {
    name: 'a link that the database refused goes on',
    rule: 'LNK-6',
    seenBy: 'histories',
    edits: [{ file: SESSION, find: 'if (!hit) around.onOrphaned()\n    else {', replace: '{' }],
  },
  {
    name: 'a backup is restored although a tombstone forbids it',
    rule: 'BAK-3',
    seenBy: 'histories',
    edits: [{ file: 'worker/session/recover.ts', find: 'tombstones.forbids(row.id, row.generation) || ', replace: '' }],
  },
  {
    name: 'a backup of another generation is restored',
    rule: 'BAK-3',
    seenBy: 'histories',
    edits: [{ file: BACKUPS, find: 'found.linked && found.generation === generation', replace: 'found.linked && generation > 0' }],
  },
  {
    name: "another account's queue is sent",
    rule: 'OUT',
    seenBy: 'histories',
    edits: [
      {
        file: OUTBOX,
        find: 'queue && queue.generation === generation && queue.account === account ? queue : null',
        replace: 'queue && generation > 0 && account ? queue : null',
      },
    ],
  },
  {
    name: 'each try of a text has another id',
    rule: 'OUT',
    seenBy: 'histories',
    edits: [
      {
        file: SENDER,
        find: 'await session.send(next, settings.answerMs)',
        replace:
          'await session.send({ ...next, id: next.id.slice(0, -4) + (0xffff & (wait * 8)).toString(16).toUpperCase().padStart(4, "0") }, settings.answerMs)',
      },
    ],
  },
  {
    name: 'a text that nobody acknowledged counts as sent',
    rule: 'OUT',
    seenBy: 'histories',
    edits: [{ file: SENDER, find: "if (outcome === 'sent') return null", replace: "if (outcome !== 'refused') return null" }],
  },
]
