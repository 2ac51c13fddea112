import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Takes the data folder for this process; throws when another holds it. SQLite's lock is the operating system's: it goes with the
 * process, however that ends, so that no stale lock file has to be judged.
 */
export function lockFolder(root: string): () => void {
  const lock = new DatabaseSync(join(root, 'worker.lock'), { timeout: 0 })
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    lock.close()
    throw new Error(`Another worker uses the data folder ${root}. Two workers must never share one.`, { cause: error })
  }
  return () => lock.close()
}
