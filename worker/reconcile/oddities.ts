import { join } from 'node:path'
import type { Stray } from './facts.ts'
import type { Sources } from './inventory.ts'

const NO_NAME = 'its name is no text: it can be neither read nor moved'

/**
 * Everything in the data folder that is no folder or file of the worker's own: links, pipes, files with a second name, what is another
 * user's. The worker follows and opens none of it; who asks is told where it lies. It looks at every name there is, so only for who asks.
 */
export function findOddities({ disk, places }: Pick<Sources, 'disk' | 'places'>): Stray[] {
  const found: Stray[] = []
  const look = (folder: string): void => {
    for (const name of disk.names(join(places.root, folder))) {
      const path = join(folder, name)
      const at = join(places.root, path)
      const what = disk.stat(at) === null ? NO_NAME : disk.oddity(at)
      if (what !== null) found.push({ path, what })
      look(path)
    }
  }
  look('')
  return found
}
