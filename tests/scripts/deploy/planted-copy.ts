import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../../scripts/stack/layout.ts'

/** What is deployed: what the Supabase CLI looks at, and what the function imports. */
const DEPLOYED = ['supabase', 'domain', 'docs/api']

/** A copy of what is deployed, to plant faults in. */
export async function plantedCopy(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-planted-'))
  for (const path of DEPLOYED) await cp(join(ROOT, path), join(folder, path), { recursive: true })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
