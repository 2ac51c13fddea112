import type { Bug } from '../bugs.ts'

/** Bugs of what no simulation runs: the real client, the real files, the log. */
export const REAL_BUGS: readonly Bug[] = [
  {
    name: 'credentials are erased in memory only, on a real disk, for good',
    rule: 'CLR-1',
    seenBy: 'kills',
    // And nobody tidies up: else only a kill in the right fifth of a second would show it.
    edits: [
      {
        file: 'worker/follow/follow.ts',
        find: 'moved = await reconcile({ ...snapshot, isHearsay })',
        replace: 'moved = []\n        void reconcile',
      },
      { file: 'worker/clear/erase.ts', find: 'if (erasesCredentials) data.erase(data.session(id))', replace: '' },
      {
        file: 'worker/clear/erase.ts',
        find: "erasesCredentials && data.disk.stat(data.session(id)) ? 'credentials' : null",
        replace: 'null',
      },
    ],
  },
  {
    name: 'keys are printed past the log',
    rule: 'LOG-1',
    seenBy: 'kills',
    edits: [
      {
        file: 'worker/session/session.ts',
        find: "log.info({}, 'the phone confirmed the link')",
        replace: 'process.stdout.write(`${store.identity().creds}\\n`)',
      },
    ],
  },
]
