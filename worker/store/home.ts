/** What changes of one generation of a session, by the names of its rows: sealed bytes, or `null` for what goes. */
export type HomeChanges = Readonly<Record<string, Uint8Array | null>>

/**
 * Where a session's things are at home. In a data folder nothing is left to do when they are written there. Where they are at home in the
 * database the folder holds a working copy, and each change of that is told here, in order, to be sent there.
 */
export type Home = {
  /** `fresh`: a new identity, with which no credentials of the generation stay. Never throws. */
  changed(sessionId: string, generation: number, changes: HomeChanges, fresh?: boolean): void
  /** Resolves when all that was told of a session is at home; `null`: it is. Rejects where it never will be: somebody else has the session. */
  settled(sessionId: string): Promise<void> | null
}

/** The rows of a session that there is one of; keys have names that tell nothing (see `Cipher.nameOf`). */
export const HOME_ROWS = { identity: 'identity', vault: 'vault', outbox: 'outbox', names: 'names' } as const

/** Whether a row is of the credentials, which a new identity replaces. */
export function isCredential(name: string): boolean {
  return name === HOME_ROWS.identity || name.startsWith('key:')
}

/** For a worker whose folder is the home of its sessions. */
export const IN_THE_FOLDER: Home = { changed() {}, settled: () => null }
