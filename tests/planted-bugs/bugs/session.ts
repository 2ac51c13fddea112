import type { Bug } from '../bugs.ts'

const SESSION = 'worker/session/session.ts'
const ERASE = 'worker/clear/erase.ts'
const SENDER = 'worker/outbox/sender.ts'
const OUTBOX = 'worker/store/outbox.ts'

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
        find: 'const ended = timers.close()\n      attempt',
        replace: 'const ended = 0\n      attempt',
      },
    ],
  },
  {
    name: 'names that are told late make a folder of their own',
    rule: 'NAM-3, FEN-1',
    // Only together: the timers of a fenced session are cancelled, and nothing is ever written where there is no folder.
    seenBy: 'histories',
    edits: [
      { file: SESSION, find: 'createNameBuffer(timers.after, ', replace: 'createNameBuffer(clock.after, ' },
      { file: SESSION, find: '      names.drop()\n', replace: '' },
      {
        file: 'worker/store/names.ts',
        find: "    if (!disk.stat(folder)) throw new StorageError('failed', 'there is no folder for these names')\n",
        replace: '    disk.makeFolder(folder)\n',
      },
    ],
  },
  {
    name: 'backups are restored before the sweep',
    rule: 'BAK-3, CLR-4',
    // Only together: as long as the credentials go last, there is nothing that a backup could replace.
    seenBy: 'crash-points',
    edits: [
      { file: ERASE, find: '  backups.erase(id, max)\n', replace: '  if (erasesCredentials) data.erase(data.session(id))\n' },
      {
        file: ERASE,
        find: '  if (erasesCredentials) data.erase(data.session(id))\n  data.finishErasing()',
        replace: '  backups.erase(id, max)\n  data.finishErasing()',
      },
      {
        file: 'worker/engine.ts',
        find: '      if (membership.resumesAtStart) clear.resume()\n',
        replace: `      for (const id of disk.names(\`\${data.sessions}/backups\`)) {
        for (let generation = 1; generation < 20; generation += 1) if (!disk.stat(data.session(id))) backups.restore(id, generation)
      }
      if (membership.resumesAtStart) clear.resume()
`,
      },
    ],
  },
  {
    name: "another account's queue is kept and sent",
    rule: 'OUT',
    seenBy: 'histories',
    edits: [
      { file: ERASE, find: '  outbox.erase(id, max)\n', replace: '' },
      { file: ERASE, find: "outbox.measure(id, max) > 0 ? 'outbox' : null", replace: 'null' },
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
]
