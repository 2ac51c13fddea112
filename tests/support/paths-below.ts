import { readdirSync } from 'node:fs'

const TRIES = 50

/** All paths below a folder that another process changes meanwhile: a folder that vanishes while it is read is read again, from the top. */
export function pathsBelow(folder: string): string[] {
  for (let tries = 1; ; tries += 1) {
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === TRIES) throw error
    }
  }
}
