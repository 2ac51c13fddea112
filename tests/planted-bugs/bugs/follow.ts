import type { Bug } from '../bugs.ts'

const FOLLOW = 'worker/follow/follow.ts'
const SUPERVISOR = 'worker/session/supervisor.ts'

/** Bugs of what follows the database and compares it with the disk. */
export const FOLLOW_BUGS: readonly Bug[] = [
  {
    name: 'sessions start before the first snapshot',
    rule: 'FOL-1',
    seenBy: 'histories',
    edits: [
      {
        file: 'worker/engine.ts',
        find: '    run: loops.run,\n',
        replace: `    run() {
      for (const id of data.sessionIds()) {
        const found = stored.read(data.session(id), id, 'at boot')
        if (found.state !== 'whole' || !found.linked) continue
        const row = { id, organization_id: id, generation: found.generation, desired: 'online', status: 'reconnecting' } as const
        supervisor.apply({ ...row, status_reason: null, phone_number: null, linked_at: null, link_requested_at: null }, '')
      }
      loops.run()
    },
`,
      },
    ],
  },
  {
    name: 'rows are applied before the orders',
    rule: 'FOL-1',
    seenBy: 'histories',
    edits: [
      {
        file: FOLLOW,
        find: '        const waiting = order(snapshot.orders.filter(({ session_id }) => !away.has(session_id)))\n',
        replace:
          '        await applyAll(snapshot, (id) => changed.has(id))\n        const waiting = order(snapshot.orders.filter(({ session_id }) => !away.has(session_id)))\n',
      },
    ],
  },
  {
    name: 'an empty list is trusted: what it does not hold is erased',
    rule: 'FOL-3, CLR-1',
    seenBy: 'histories',
    edits: [
      {
        file: FOLLOW,
        find: 'if (!known.has(id)) await look(id)',
        replace:
          'if (!known.has(id)) { supervisor.absent(id); for (const place of [data.session(id), data.backups(id)]) data.erase(place) }',
      },
    ],
  },
  {
    name: 'a session may run that a tombstone forbids',
    rule: 'CLR-3',
    seenBy: 'histories',
    edits: [{ file: SUPERVISOR, find: 'forbidden: tombstones.forbids(row.id, row.generation)', replace: 'forbidden: false' }],
  },
  {
    name: 'orphans are adopted',
    rule: 'FEN-3, FOL-8',
    seenBy: 'histories',
    edits: [
      {
        file: 'worker/session/on-disk.ts',
        find: "found.state === 'whole' && found.generation !== row.generation",
        replace: "found.state === 'whole' && found.generation === -row.generation",
      },
      { file: 'worker/reconcile/judge.ts', find: 'generation !== null && generation !== row.generation', replace: 'generation === -1' },
    ],
  },
  {
    name: 'orphans are left where they are',
    rule: 'FOL-8',
    seenBy: 'histories',
    edits: [{ file: FOLLOW, find: 'moved = await reconcile({ ...snapshot, isHearsay })', replace: 'moved = []\n        void reconcile' }],
  },
]
