import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './layout.ts'

/**
 * The real Deno that npm installed. Called directly: the package's own command would stand between us and the process.
 * @throws when npm has installed none for this platform.
 */
export function denoBinary(): string {
  const libc = process.platform === 'linux' ? '-glibc' : ''
  const name = `@deno/${process.platform}-${process.arch}${libc}`
  const file = join(ROOT, 'node_modules', name, process.platform === 'win32' ? 'deno.exe' : 'deno')
  if (!existsSync(file))
    throw new Error(`There is no Deno for ${process.platform} on ${process.arch} (npm package ${name} is not installed)`)
  return file
}
