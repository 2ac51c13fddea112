import { join } from 'node:path'
import { readProject, type LockEntry, type Project } from '../../scripts/supply/project.ts'

const ROOT = join(import.meta.dirname, '../..')

/** This project as the checks of the supply chain see it, with faults planted in a copy: `plant` changes it, `texts` replaces files. */
export function plantedProject(plant: (project: Project) => void = () => {}, texts: Record<string, string> = {}): Project {
  const real = readProject(ROOT)
  const copy: Project = {
    ...real,
    manifest: structuredClone(real.manifest),
    lockfile: structuredClone(real.lockfile),
    text: (path) => texts[path] ?? real.text(path),
  }
  plant(copy)
  return copy
}

/** The entry of a package that is known to be locked. @throws when it is not. */
export function lockedEntry({ lockfile }: Project, name: string): LockEntry {
  const entry = lockfile.packages[`node_modules/${name}`]
  if (!entry) throw new Error(`${name} is not locked`)
  return entry
}
