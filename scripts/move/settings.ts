import type * as z from 'zod'
import { Environment } from '../../worker/settings.ts'
import { StartError } from '../stack/start-error.ts'

/** What a move reads of its worker's own environment; the master keys are no part of it, as there. */
const MoveEnvironment = Environment.pick({
  WORKER_ID: true,
  WORKER_REALM: true,
  WORKER_LEDGER: true,
  SUPABASE_URL: true,
  SUPABASE_SERVICE_ROLE_KEY: true,
  DATABASE_TIMEOUT_MS: true,
  CREDENTIAL_MAX_PAGES: true,
})
export type MoveSettings = z.infer<typeof MoveEnvironment>

/** Throws `StartError` that names every variable that is missing or wrong, and shows no value. */
export function moveSettings(environment: Record<string, string | undefined>): MoveSettings {
  const parsed = MoveEnvironment.safeParse(environment)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new StartError(`The settings of the worker whose folder it is are needed, as it has them: ${problems.join('; ')}`)
}
