import { globSync } from 'node:fs'
import { extname } from 'node:path'
import type { Project } from './project.ts'

/** Where commands stand that somebody may run: prose, scripts, and what runs in CI. */
const PLACES = ['*.md', '.ci/*', 'docs/**/*.md', '{bench,domain,scripts,simulator,src,supabase,tests,worker}/**/*.{md,ts,mjs,sh}']
/** These write such commands down in order to find them. */
const ABOUT_THEM = /^(scripts\/supply\/install-commands\.ts|tests\/scripts\/supply-.*\.test\.ts)$/
const EXACT = /^(?:<name>|(?:@[\w.-]+\/)?[\w.-]+)@(?:<version>|\d+\.\d+\.\d+[\w.-]*)$/

/** Options of an install that change nothing of what is installed. */
const isOption = (word: string) => word.startsWith('-')

/** What is wrong with the words behind `npm install`, in a few words of its own; `null` when each package has its version. */
function faultOfInstall(words: readonly string[]): string | null {
  const packages = words.filter((word) => !isOption(word))
  if (packages.length === 0) return 'installs without the lockfile: npm ci'
  const loose = packages.find((word) => !EXACT.test(word))
  return loose === undefined ? null : `installs ${loose} without an exact version`
}

/** What is wrong with a command that begins with these words; `null` when nothing is. */
function faultOf(tool: string, command: string, words: readonly string[], isLocked: (command: string) => boolean): string | null {
  if (tool === 'npx') return isLocked(command) ? null : `npx fetches ${command}, which is not locked`
  if (tool === 'yarn' || tool === 'pnpm' || tool === 'bun') return `${tool} does not read our lockfile`
  if (tool === 'deno') return 'deno installs past our lockfile'
  if (command === 'install' || command === 'i' || command === 'add') return faultOfInstall(words)
  return `npm ${command} changes what is installed`
}

const COMMAND =
  /(?<![\w/.-])(?:(npm) (install|i|add|update|up|exec|create|init|link)|(npx) (?:-\S+ )*([\w@/.-]+)|(yarn|pnpm|bun) (?:install|add|dlx)|(deno) (?:install|add))(?![\w-])([^`'"|;&)\n]*)/g
const PIPED = /\b(?:curl|wget)\b[^\n|]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b/

/** Faults of the commands in one text; `isLocked` says whether a command belongs to a package that is a direct dependency. */
export function faultsIn(text: string, isLocked: (command: string) => boolean): string[] {
  const faults = [...text.matchAll(COMMAND)].flatMap(([, npm, verb, npx, run, other, deno, rest = '']) => {
    const words = rest.trim().split(/\s+/).filter(Boolean)
    const fault = faultOf(npm ?? npx ?? other ?? deno ?? '', verb ?? run ?? '', words, isLocked)
    return fault === null ? [] : [fault]
  })
  return PIPED.test(text) ? [...faults, 'runs what it has just downloaded'] : faults
}

/** Commands in prose, scripts and CI that would install something else than what is locked. */
export function checkInstallCommands(project: Project): string[] {
  const { manifest, root, text } = project
  const direct = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
  const commands = new Map([
    ['tsc', 'typescript'],
    ['playwright', 'playwright-core'],
  ])
  const isLocked = (command: string) => direct.has(commands.get(command) ?? command)
  const found = globSync(PLACES, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !ABOUT_THEM.test(file))
    .flatMap((file) => faultsIn(commandsOf(file, text(file)), isLocked).map((fault) => `${file}: ${fault}`))
  const scripts = Object.entries(manifest.scripts).flatMap(([name, line]) =>
    faultsIn(line, isLocked).map((fault) => `package.json, ${name}: ${fault}`),
  )
  return [...found, ...scripts, ...(text('.ci/run').includes('npm ci') ? [] : ['.ci/run: does not install with npm ci'])]
}

/** What is there to be run: of prose its code, of source all but the comments, which talk of commands and run none. */
function commandsOf(file: string, content: string): string {
  if (extname(file) === '.md') return (content.match(/^```[\s\S]*?^```|`[^`\n]+`/gm) ?? []).join('\n')
  return ['.ts', '.mjs'].includes(extname(file)) ? content.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '') : content
}
