/**
 * Keeps the dashboard small: builds it and adds up the compressed size of what a browser must load until somebody who is signed in can use
 * the settings page: the entry, the pages behind the sign-in, the largest language, what these import, and styles. Exits with 1 over budget,
 * or when a source map is among the files.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import * as z from 'zod'
import { sourceMapsIn } from './supply/source-maps.ts'

/** Kilobytes (1,000 bytes) after gzip. `npm run bench dashboard` measures the same in a browser. */
const BUDGETS = { js: 170, css: 15 } as const

/** Fetched by the entry at once, though apart. */
const AT_ONCE = ['src/app/router.tsx']
/** Of which a browser fetches one: the words, and how dates are written. */
const LANGUAGES = [
  ['src/words/en.ts', 'node_modules/date-fns/locale/en-US.js'],
  ['src/words/es.ts', 'node_modules/date-fns/locale/es.js'],
  ['src/words/pt-BR.ts', 'node_modules/date-fns/locale/pt-BR.js'],
]

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
    css: z.array(z.string()).optional(),
  }),
)
type Manifest = z.infer<typeof Manifest>

/** The files that some parts of the page are, with all that they import, scripts and styles. */
function filesOf(manifest: Manifest, parts: readonly string[]): Set<string> {
  const files = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    // A name that has changed must not make the page look smaller.
    if (!chunk) throw new Error(`the build has no part ${key}`)
    if (files.has(chunk.file)) return
    files.add(chunk.file)
    for (const sheet of chunk.css ?? []) files.add(sheet)
    for (const imported of chunk.imports ?? []) visit(imported)
  }
  for (const part of parts) visit(part)
  return files
}

const outDir = await mkdtemp(join(tmpdir(), 'latchkey-bundle-'))

async function weigh(files: Iterable<string>): Promise<{ js: number; css: number }> {
  const sizes = { js: 0, css: 0 }
  for (const file of files) sizes[file.endsWith('.css') ? 'css' : 'js'] += gzipSync(await readFile(join(outDir, file))).length / 1000
  return sizes
}

try {
  await build({ logLevel: 'error', build: { outDir, manifest: 'manifest.json', emptyOutDir: true } })
  const manifest = Manifest.parse(JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')))
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry)
  const visits = await Promise.all(LANGUAGES.map((language) => weigh(filesOf(manifest, [...entries, ...AT_ONCE, ...language]))))
  for (const kind of ['js', 'css'] as const) {
    const size = Math.max(...visits.map((sizes) => sizes[kind]))
    console.log(`${kind}: ${size.toFixed(1)} KB gzip of ${BUDGETS[kind]}`)
    if (size === 0 || size > BUDGETS[kind]) process.exitCode = 1
  }
  for (const file of sourceMapsIn(outDir)) {
    console.error(`${file}: a source map is published with the page`)
    process.exitCode = 1
  }
} finally {
  await rm(outDir, { recursive: true, force: true })
}
