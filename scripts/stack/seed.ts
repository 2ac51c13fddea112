import postgres, { type Sql } from 'postgres'
import { DEMO_EMAIL, type Demo, foundDemo } from './demo-data.ts'
import type { Realm } from './layout.ts'
import { writePrivateFile } from './private-file.ts'
import { keepPassword, newPassword } from './secrets.ts'

/** `isCurrent`: whether the password is still the one that was given here; people may choose another on the page. */
export type Login = { email: string; password: string; isCurrent: boolean }
export type SeedOptions = { databaseUrl: string; realm: Realm; passwordFile: string }

/**
 * Founds what a fresh database needs so that somebody can sign in: an organisation with its admin, in the demo also sessions to look at. What is there stays.
 */
export async function seed(options: SeedOptions): Promise<Login> {
  const password = await keepPassword(options.passwordFile)
  const { isPassword } = await connected(options.databaseUrl, (sql) => found(sql, options.realm, password, false))
  return { email: DEMO_EMAIL, password, isCurrent: isPassword }
}

/** Gives the admin a new password, and the file too. */
export async function resetPassword(options: SeedOptions): Promise<Login> {
  const password = newPassword()
  await connected(options.databaseUrl, (sql) => found(sql, options.realm, password, true))
  await writePrivateFile(options.passwordFile, `${password}\n`)
  return { email: DEMO_EMAIL, password, isCurrent: true }
}

async function found(sql: Sql, realm: Realm, password: string, setsPassword: boolean): Promise<Demo> {
  return await foundDemo(sql, { password, setsPassword, staleSessions: realm === 'demo' })
}

async function connected<Result>(databaseUrl: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}
