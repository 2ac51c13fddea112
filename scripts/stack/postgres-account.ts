import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whom to run Postgres as; empty for an ordinary user, who runs it as themselves. */
export type Account = { uid?: number; gid?: number }

/**
 * Postgres refuses to run as root: then it runs as the system's user `postgres`, which is made when it is missing.
 * @throws when that user may not enter the folder of one of `paths` (a folder in `/root`, as a rule).
 */
export async function postgresAccount(paths: string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return {}
  const account = (await lookUp()) ?? (await create())
  for (const path of paths) await mustBeEnterable(path, account)
  return account
}

async function lookUp(): Promise<Required<Account> | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return null
  }
}

async function create(): Promise<Required<Account>> {
  await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'])
  const account = await lookUp()
  if (!account) throw new Error('Postgres cannot run as root, and no user `postgres` could be made')
  return account
}

async function mustBeEnterable(path: string, account: Required<Account>): Promise<void> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const facts = await stat(folder).catch(() => null)
    if (!facts) continue
    const bit = facts.uid === account.uid ? 0o100 : facts.gid === account.gid ? 0o010 : 0o001
    if ((facts.mode & bit) === 0) {
      throw new Error(
        `As root, Postgres runs as the user "postgres", which may not enter ${folder}: run "chmod o+x ${folder}" or use another place`,
      )
    }
  }
}
