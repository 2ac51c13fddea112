import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files of a built page that are source maps, or that point to one: they would publish our sources, and whatever a build had put in them. */
export function sourceMapsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        file.endsWith('.map') || (/\.(js|css)$/.test(file) && /[#@]\s*sourceMappingURL=/.test(readFileSync(join(folder, file), 'utf8'))),
    )
    .toSorted()
}
