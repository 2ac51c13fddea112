import { CLEAR_BUGS } from './bugs/clear.ts'
import { DISK_BUGS } from './bugs/disk.ts'
import { FLEET_BUGS } from './bugs/fleet.ts'
import { FOLLOW_BUGS } from './bugs/follow.ts'
import { REAL_BUGS } from './bugs/real.ts'
import { SESSION_BUGS } from './bugs/session.ts'

/** One place of a bug; `find` must be there exactly once. */
export type Edit = { file: string; find: string; replace: string }
/** `rule`: of docs/reference/lifecycle.md, that it breaks. `seenBy`: which part of the proof has to turn red. */
type SeenBy = 'histories' | 'database-histories' | 'fleet-histories' | 'crash-points' | 'kills'
export type Bug = { name: string; rule: string; seenBy: SeenBy; edits: readonly Edit[] }

/** How a process ends whose bug cannot be planted: "internal software error", so that it does not look like a failed proof (1). */
export const ROTTEN = 70

/** What somebody could have got wrong. Each must turn the proof red. */
export const BUGS: readonly Bug[] = [...CLEAR_BUGS, ...FOLLOW_BUGS, ...SESSION_BUGS, ...DISK_BUGS, ...FLEET_BUGS, ...REAL_BUGS]

/** The source of a file with the bug in it. */
export function plantIn(source: string, bug: Bug, file: string): { ok: true; source: string } | { ok: false; reason: string } {
  let planted = source
  for (const { find, replace } of bug.edits.filter((edit) => edit.file === file)) {
    const times = planted.split(find).length - 1
    if (times !== 1) return { ok: false, reason: `the bug "${bug.name}" has rotted: ${times} times in ${file}: ${find}` }
    planted = planted.replace(find, () => replace)
  }
  return { ok: true, source: planted }
}
