import { globSync } from 'node:fs'
import * as z from 'zod'
import type { Override, Project } from './project.ts'

const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?$/
const DENO_FOLDER = 'supabase/functions/whatsapp-session'
const DenoConfig = z.object({ imports: z.record(z.string(), z.string()) })

function overriddenVersions(name: string, override: Override): [string, string][] {
  if (typeof override === 'string') return [[name, override]]
  return Object.entries(override).flatMap(([below, value]) => overriddenVersions(`${name} > ${below}`, value))
}

/** Direct dependencies that are not one exact version of the registry, or not the version that is locked. */
function npmPins({ manifest, lockfile }: Project): string[] {
  const direct = [manifest.dependencies, manifest.optionalDependencies, manifest.devDependencies].flatMap((part) => Object.entries(part))
  const overrides = Object.entries(manifest.overrides).flatMap(([name, value]) => overriddenVersions(name, value))
  return [
    ...[...direct, ...overrides]
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `package.json: ${name} is "${version}", not one exact version`),
    ...direct
      .filter(([name, version]) => EXACT.test(version) && lockfile.packages[`node_modules/${name}`]?.version !== version)
      .map(([name, version]) => `package-lock.json: ${name} is not locked at ${version}`),
    ...Object.keys(manifest.peerDependencies).map((name) => `package.json: ${name} is a peer dependency; an application has none`),
  ]
}

/** Where Deno would load another version than npm, or anything that is not from npm. */
function denoPins({ manifest, root, text }: Project): string[] {
  const { imports } = DenoConfig.parse(JSON.parse(text(`${DENO_FOLDER}/deno.json`)))
  const findings = Object.entries(imports).flatMap(([name, target]) => {
    if (target.startsWith('../')) return []
    const [, pack, version] = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/]+)(?:\/.*)?$/.exec(target) ?? []
    if (!pack) return [`deno.json: ${name} is "${target}", not npm:name@version`]
    if (manifest.dependencies[pack] === version) return []
    return [`deno.json: ${name} is ${pack} ${version}, package.json says ${manifest.dependencies[pack] ?? 'nothing'}`]
  })
  const direct = globSync(`${DENO_FOLDER}/**/*.ts`, { cwd: root })
    .filter((file) => /(from|import)\s*\(?\s*['"](npm|jsr|https?):/.test(text(file)))
    .map((file) => `${file}: imports past the import map of deno.json`)
  return [...findings, ...direct]
}

/** Where the version of Node or Deno is said twice and differently. */
function runtimePins({ manifest, lockfile, text }: Project): string[] {
  const node = text('.node-version').trim()
  const deno = manifest.devDependencies['deno']
  const binaries = Object.entries(lockfile.packages).filter(([path]) => path.startsWith('node_modules/@deno/'))
  const types = manifest.devDependencies['@types/node'] ?? ''
  return [
    ...Object.entries(manifest.optionalDependencies)
      .filter(([name, version]) => name.startsWith('node-') && version !== node)
      .map(([name, version]) => `package.json: ${name} is ${version}, .node-version says ${node}`),
    ...Object.entries(manifest.scripts)
      .filter(([, line]) => !line.startsWith('node scripts/node.mjs '))
      .map(([name]) => `package.json: "${name}" runs on whatever Node is at hand, not by scripts/node.mjs`),
    ...(types.split('.')[0] === node.split('.')[0] ? [] : [`package.json: @types/node ${types} describes another Node than ${node}`]),
    ...binaries
      .filter(([, entry]) => entry.version !== deno)
      .map(([path, entry]) => `package-lock.json: ${path} is ${entry.version}, deno is ${deno}`),
  ]
}

/** Supabase releases its clients together; the page has parts of what the worker has whole. */
function supabasePins({ manifest }: Project): string[] {
  const whole = manifest.dependencies['@supabase/supabase-js']
  return Object.entries(manifest.dependencies)
    .filter(([name, version]) => /^@supabase\/\w+-js$/.test(name) && version !== whole)
    .map(([name, version]) => `package.json: ${name} is ${version}, @supabase/supabase-js is ${whole ?? 'missing'}`)
}

/** Every version is one exact version, and npm, Deno and `.node-version` say the same one. */
export function checkPins(project: Project): string[] {
  return [...npmPins(project), ...denoPins(project), ...runtimePins(project), ...supabasePins(project)]
}
