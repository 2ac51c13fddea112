import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'supabase/functions/whatsapp-session')
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const deno = JSON.parse(read('supabase/functions/whatsapp-session/deno.json')) as Record<string, unknown> & {
  imports: Record<string, string>
}

it('needs no node_modules, for where it is deployed there are none', () => {
  expect(deno).not.toHaveProperty('nodeModulesDir')
})

it('knows every package that it and the domain import, in the version that is tested here', () => {
  const files = [FOLDER, join(ROOT, 'domain')].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  )
  const imported = files.flatMap((source) => [...source.matchAll(/ from '([^.#'][^']*)'/g)].map((match) => match[1] ?? ''))
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const expected = [...new Set(imported)].toSorted().map((specifier) => {
    const [, name = '', path = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? []
    return [specifier, `npm:${name}@${dependencies[name]}${path}`]
  })
  expect(expected.length).toBeGreaterThan(0)
  expect(deno.imports).toEqual({ '#domain/': '../../../domain/', ...Object.fromEntries(expected) })
})

it('is asked without a check of the token in front of it, which would answer in words of its own', () => {
  const [, section = ''] = read('supabase/config.toml').split('[functions.whatsapp-session]')
  expect(section.split('\n[')[0]).toMatch(/^verify_jwt = false$/m)
})
