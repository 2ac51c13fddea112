import type { Bug } from '../bugs.ts'

const DURABLE = 'worker/store/durable-file.ts'

/** Bugs that only a power cut at the wrong moment shows. */
export const DISK_BUGS: readonly Bug[] = [
  {
    name: 'no sync before the rename',
    rule: 'CLR-2',
    seenBy: 'crash-points',
    edits: [{ file: DURABLE, find: '    disk.sync(temporary)\n', replace: '' }],
  },
  {
    name: 'no sync of the folder after the rename',
    rule: 'CLR-2',
    seenBy: 'histories',
    edits: [{ file: DURABLE, find: '  disk.sync(dirname(path))\n}\n\n/** Deletes', replace: '}\n\n/** Deletes' }],
  },
  {
    name: 'what is erased is not synced',
    rule: 'CLR-1',
    seenBy: 'histories',
    edits: [
      {
        file: 'worker/store/data-folder.ts',
        find: '      disk.sync(dirname(from))\n      unsynced.delete(dirname(from))\n',
        replace: '      unsynced.clear()\n',
      },
    ],
  },
  {
    name: 'credentials are built in their place',
    rule: 'DAT-3',
    seenBy: 'histories',
    edits: [
      {
        file: 'worker/store/credential-file.ts',
        find: '    disk.sync(aside)\n    place()\n',
        replace: '    place()\n',
      },
      {
        file: 'worker/store/credential-file.ts',
        find: '    disk.rename(aside, folder)\n    disk.sync(dirname(folder))\n',
        replace: '    disk.rename(aside, folder)\n',
      },
    ],
  },
]
