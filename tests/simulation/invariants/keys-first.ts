import type { SimulatedDisk } from '../support/disk/simulated-disk.ts'
import type { Identities } from '../support/identities.ts'
import type { Reader } from '../support/sealed.ts'
import type { Violations } from '../support/violations.ts'

type Options = {
  disk: SimulatedDisk
  reader: Reader
  identities: Identities
  violations: Violations
  /** Whether a tombstone that is durable covers a generation. */
  isCovered(sessionId: string, generation: number): boolean
  /** Whether a worker is at work to which the disk refused nothing: another one does what it can, in any order. */
  isAtWork(): boolean
}

/**
 * The order of a clear, seen from the disk: a key goes for good only once a tombstone says so, and before anything that it opens (SEA-4).
 * To be told of each folder that was synced.
 */
export function createKeysFirstCheck({ disk, reader, identities, violations, isCovered, isAtWork }: Options): (path: string) => void {
  let known = new Map<string, { sessionId: string; generation: number }>()
  const durableKeys = (): typeof known =>
    new Map(
      reader
        .keys('durable')
        .flatMap(({ sessionId, generations }) =>
          generations.map((generation) => [`${sessionId} ${generation}`, { sessionId, generation }] as const),
        ),
    )
  const opens = (sessionId: string, generation: number): string | undefined =>
    disk.files('durable').find(({ node }) => {
      const identity = node.sql && identities.inFile(node.sql)
      return identity?.sessionId === sessionId && identity.generation === generation
    })?.path

  return (path) => {
    const now = durableKeys()
    if (isAtWork()) {
      for (const [name, { sessionId, generation }] of known) {
        const left = now.has(name) || isCovered(sessionId, generation) ? undefined : opens(sessionId, generation)
        if (left !== undefined) violations.add('lost_order', 'SEA-4, CLR-2', `the key of ${left} is gone, and no tombstone says why`)
      }
      // Credentials go with a sync of the folder above them, snapshots with one of their session's, texts with one of all of them.
      if (/^\/data\/(sessions|whatsapp)/.test(path)) {
        for (const { sessionId, generation } of now.values()) {
          if (isCovered(sessionId, generation))
            violations.add('resurrection', 'SEA-4', `${path} was changed before the key of generation ${generation} was destroyed`)
        }
      }
    }
    known = now
  }
}
