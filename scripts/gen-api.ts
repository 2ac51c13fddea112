import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { edgeDocument } from './openapi/edge-document.ts'
import { workerDocument } from './openapi/worker-document.ts'

const ROOT = join(import.meta.dirname, '..')
const FILES = {
  'docs/api/edge.openapi.json': edgeDocument,
  'docs/api/worker.openapi.json': workerDocument,
} as const

/**
 * Compares the documents in `docs/api` to the schemas that they are made of.
 * @returns what is wrong, in a sentence, or `null` when they agree.
 */
export async function checkApi(): Promise<string | null> {
  for (const [file, wanted] of Object.entries(FILES)) {
    const stored = await readFile(join(ROOT, file), 'utf8').catch(() => '')
    if (stored !== textOf(wanted())) return `${file} does not match the schemas: run "npm run gen:api" and commit the result`
  }
  return null
}

/** A document as its file holds it: the order of keys is that of the code, so that a change shows as one. */
function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const problem = await checkApi()
    if (problem) console.error(problem)
    process.exitCode = problem ? 1 : 0
  } else {
    for (const [file, wanted] of Object.entries(FILES)) await writeFile(join(ROOT, file), textOf(wanted()))
  }
}
