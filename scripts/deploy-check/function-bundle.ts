import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { ROOT } from '../stack/layout.ts'
import { runDeno, startsAndAnswers } from './deno-runs.ts'
import { type Check, judged, type Outcome } from './outcome.ts'
import { recordUpload, type Upload } from './recorded-upload.ts'
import { bundledBytes } from './weigh.ts'

const NAME = 'whatsapp-session'
/** What Supabase takes at most where it bundles itself, which is what happens without Docker. */
const LIMIT_BYTES = 5_000_000

const ImportMap = z.object({ imports: z.record(z.string(), z.string()) })
const Resolved = z.object({ error: z.string().optional() }).optional()
const Graph = z.object({
  modules: z.array(z.object({ dependencies: z.array(z.object({ specifier: z.string(), code: Resolved, type: Resolved })).default([]) })),
})

/**
 * The edge function as `supabase functions deploy` sends it: the CLI's own choice of files, laid out where nothing else is, type-checked,
 * weighed and started there with no other package than those that its import map names and no other setting than those it declares.
 */
export function functionCheck(root: string): Check {
  return { name: 'edge function', run: () => judge(root) }
}

async function judge(root: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-function-'))
  try {
    const upload = await recordUpload(NAME, root, folder).catch((error: unknown) => error as Error)
    if (upload === null) return { kind: 'untried', why: `npm installed no Supabase CLI for ${process.platform} on ${process.arch}` }
    if (upload instanceof Error) return { kind: 'failed', findings: [`supabase functions deploy: ${upload.message}`] }
    const place = join(folder, 'deployed')
    const { entrypoint_path: entry, import_map_path: map } = upload.metadata
    await layOut(upload, place)
    const plain = [...verifiedElsewhere(upload), ...readsPastItsSettings(upload), ...(await unresolved(entry, map, place))]
    if (plain.length > 0) return { kind: 'failed', findings: plain }
    await layPackages(upload, place)
    const checked = await runDeno(['check', '--config', map, entry], place)
    if (!checked.ok) return { kind: 'failed', findings: [`deno check of what is deployed: ${checked.text}`] }
    const bytes = await bundledBytes(place, entry, map, importsOf(upload))
    const findings = [
      ...(bytes > LIMIT_BYTES ? [`it weighs ${megabytes(bytes)}, more than the ${megabytes(LIMIT_BYTES)} that Supabase bundles`] : []),
      ...(await startsAndAnswers(place, entry, map)),
    ]
    const says = `Supabase CLI ${upload.cli} sends ${upload.files.size} files; with packages ${megabytes(bytes)} of at most ${megabytes(LIMIT_BYTES)}; it starts from them alone`
    return judged(findings, says)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function importsOf({ files, metadata }: Upload): Record<string, string> {
  return ImportMap.parse(JSON.parse(files.get(metadata.import_map_path) ?? '{}')).imports
}

/** The files at their paths, and nothing else. */
async function layOut({ files }: Upload, place: string): Promise<void> {
  for (const [path, text] of files) {
    const target = join(place, path)
    if (!target.startsWith(place)) throw new Error(`${path} would lie outside of what is deployed`)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
  }
}

/** What neither the import map nor a file that was sent answers for. Asked before there are packages: beside them Deno would find more. */
async function unresolved(entry: string, map: string, place: string): Promise<string[]> {
  const { ok, text } = await runDeno(['info', '--json', '--no-npm', '--node-modules-dir=none', '--config', map, entry], place)
  if (!ok) return [`deno info of what is deployed: ${text}`]
  const faults = Graph.parse(JSON.parse(text)).modules.flatMap(({ dependencies }) =>
    dependencies.flatMap(({ specifier, code, type }) => {
      const error = code?.error ?? type?.error
      return error === undefined ? [] : [`"${specifier}" is not found where it is deployed: ${error.replaceAll(`file://${place}/`, '')}`]
    }),
  )
  return [...new Set(faults)]
}

/** The packages of the import map, in exactly those versions, as this project has them: in place of the registry that Supabase asks. */
async function layPackages(upload: Upload, place: string): Promise<void> {
  const dependencies = Object.values(importsOf(upload)).flatMap((target) => {
    const [, name, version] = /^npm:((?:@[^/]+\/)?[^/@]+)@([^/]+)/.exec(target) ?? []
    return name && version ? [[name, version] as const] : []
  })
  await writeFile(join(place, 'package.json'), JSON.stringify({ dependencies: Object.fromEntries(dependencies) }))
  await symlink(join(ROOT, 'node_modules'), join(place, 'node_modules'))
}

function verifiedElsewhere({ metadata }: Upload): string[] {
  return metadata.verify_jwt
    ? ['supabase/config.toml lets Supabase check tokens before the function does: set verify_jwt = false for it']
    : []
}

const READS_ENVIRONMENT = /\bDeno\s*\.\s*env\b|\bprocess\s*\.\s*env\b/
const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

/** The environment is read in one place, by declared names: whatever else reads it is not seen by who sets the secrets. */
function readsPastItsSettings({ files, metadata }: Upload): string[] {
  return [...files]
    .filter(([path, text]) => path !== metadata.entrypoint_path && READS_ENVIRONMENT.test(withoutComments(text)))
    .map(([path]) => `${path} reads the environment by itself; settings.ts is where it is declared`)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
