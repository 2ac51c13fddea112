import postgres, { type Sql } from 'postgres'
import { DEMO_EMAIL, foundDemo } from './demo-data.ts'
import type { Realm } from './layout.ts'
import { writePrivateFile } from './private-file.ts'
import { keepPassword, newPassword } from './secrets.ts'

export type Login = { email: string; password: string }
export type SeedOptions = { databaseUrl: string; realm: Realm; passwordFile: string }

/**
 * Founds what a fresh database needs so that somebody can sign in: an organisation with its admin, in the demo also sessions to look at. What is there stays.
 * The password file is the truth: at each start the admin gets the password that it holds.
 */
export async function seed(options: SeedOptions): Promise<Login> {
  const password = await keepPassword(options.passwordFile)
  await connected(options.databaseUrl, (sql) => found(sql, options.realm, password))
  return { email: DEMO_EMAIL, password }
}

/** Gives the admin a new password, and the file too. */
export async function resetPassword(options: SeedOptions): Promise<Login> {
  const password = newPassword()
  // The file first: whatever happens between the two, the next start sets what the file holds.
  await writePrivateFile(options.passwordFile, `${password}\n`)
  await connected(options.databaseUrl, (sql) => found(sql, options.realm, password))
  return { email: DEMO_EMAIL, password }
}

async function found(sql: Sql, realm: Realm, password: string): Promise<unknown> {
  return await foundDemo(sql, { password, staleSessions: realm === 'demo' })
}

async function connected(databaseUrl: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}
