/**
 * Keeps the dashboard small: builds it and adds up the compressed size of what a browser must load before the first page
 * stands (entry, its static imports, styles). Exits with 1 over budget, or when a source map is among the files.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import * as z from 'zod'
import { sourceMapsIn } from './supply/source-maps.ts'

/** Kilobytes (1,000 bytes) after gzip. */
const BUDGETS = { js: 250, css: 20 } as const

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).optional(),
    css: z.array(z.string()).optional(),
  }),
)

/** The files that the entry pulls in statically, scripts and styles. */
function firstLoad(manifest: z.infer<typeof Manifest>): Set<string> {
  const files = new Set<string>()
  const visit = (key: string) => {
    const chunk = manifest[key]
    if (!chunk || files.has(chunk.file)) return
    files.add(chunk.file)
    for (const sheet of chunk.css ?? []) files.add(sheet)
    for (const imported of chunk.imports ?? []) visit(imported)
  }
  for (const [key, chunk] of Object.entries(manifest)) if (chunk.isEntry) visit(key)
  return files
}

const outDir = await mkdtemp(join(tmpdir(), 'latchkey-bundle-'))
try {
  await build({ logLevel: 'error', build: { outDir, manifest: 'manifest.json', emptyOutDir: true } })
  const manifest = Manifest.parse(JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')))
  const sizes = { js: 0, css: 0 }
  for (const file of firstLoad(manifest)) {
    const kind = file.endsWith('.css') ? 'css' : 'js'
    sizes[kind] += gzipSync(await readFile(join(outDir, file))).length / 1000
  }
  for (const kind of ['js', 'css'] as const) {
    console.log(`${kind}: ${sizes[kind].toFixed(1)} KB gzip of ${BUDGETS[kind]}`)
    if (sizes[kind] === 0 || sizes[kind] > BUDGETS[kind]) process.exitCode = 1
  }
  for (const file of sourceMapsIn(outDir)) {
    console.error(`${file}: a source map is published with the page`)
    process.exitCode = 1
  }
} finally {
  await rm(outDir, { recursive: true, force: true })
}
