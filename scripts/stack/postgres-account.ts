import { execFile } from 'node:child_process'
import { chown, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

type Owner = { uid: number; gid: number }

/** How to run Postgres' programs, and who must own what they read. */
export type Account = {
  /** The program and its arguments, as they are to be spawned. */
  command(program: string, args: string[]): { file: string; args: string[] }
  /** Spawn options; empty unless the process is to be another user's. */
  as: Partial<Owner>
  /** Who owns the data folder; `null` leaves it as it is. */
  owner: Owner | null
}

const direct = (program: string, args: string[]) => ({ file: program, args })

/**
 * Whom to run Postgres as, which refuses to be root. An ordinary user runs it as themselves. As root it runs as the system's
 * user `postgres` (made when missing); where that user may not enter the folder of one of `paths` (below `/root`, as a rule), it
 * runs in a user namespace: named `postgres` inside, and root to the files.
 * @throws when neither is possible.
 */
export async function postgresAccount(paths: string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { command: direct, as: {}, owner: null }
  const account = (await lookUp()) ?? (await create())
  const closed = await firstClosed(paths, account)
  if (closed === null) return { command: direct, as: account, owner: account }
  const unshare = ['--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`]
  try {
    await run('unshare', [...unshare, 'true'])
  } catch {
    throw new Error(
      `As root, Postgres runs as the user "postgres", which may not enter ${closed}: run "chmod o+x ${closed}" or use another place`,
    )
  }
  return { command: (program, args) => ({ file: 'unshare', args: [...unshare, program, ...args] }), as: {}, owner: { uid: 0, gid: 0 } }
}

/** Gives a folder with all that is in it to its owner, if it is another's: it may have been moved to or from a closed place. */
export async function giveTo(owner: Owner | null, folder: string): Promise<void> {
  if (owner === null || (await stat(folder)).uid === owner.uid) return
  const entries = await readdir(folder, { recursive: true })
  for (const path of [...entries.map((entry) => join(folder, entry)), folder]) await chown(path, owner.uid, owner.gid)
}

async function lookUp(): Promise<Owner | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

async function create(): Promise<Owner> {
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
  const account = await lookUp()
  if (!account) throw new Error('Postgres cannot run as root, and no user `postgres` could be made')
  return account
}

/** The first folder on the way to one of `paths` that `account` may not enter. */
async function firstClosed(paths: string[], account: Owner): Promise<string | null> {
  for (const path of paths) {
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      const facts = await stat(folder).catch(() => null)
      if (!facts) continue
      const bit = facts.uid === account.uid ? 0o100 : facts.gid === account.gid ? 0o010 : 0o001
      if ((facts.mode & bit) === 0) return folder
    }
  }
  return null
}
