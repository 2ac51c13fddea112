import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newCommandKey } from '../../scripts/stack/command-key.ts'
import { readSettings } from '../../supabase/functions/whatsapp-session/settings.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'supabase/functions/whatsapp-session')
const pair = await newCommandKey()
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

describe('the public key', () => {
  const read = (keys: Record<string, string>) => {
    const others: Record<string, string> = {
      SUPABASE_URL: 'https://p.test',
      WORKER_URL: 'https://w.test',
      WORKER_ID: 'w',
      COMMAND_PRIVATE_KEY: JSON.stringify(pair.private),
      ...keys,
    }
    return readSettings((name) => others[name]).anonKey
  }

  it('is the newer one that Supabase gives by name, wherever there is one: the older may have been switched off', () => {
    expect(read({ SUPABASE_PUBLISHABLE_KEYS: '{"web":"w","default":"d"}', SUPABASE_ANON_KEY: 'old' })).toBe('d')
    expect(read({ SUPABASE_PUBLISHABLE_KEYS: '{"web":"w"}', SUPABASE_ANON_KEY: 'old' })).toBe('w')
    expect(read({ SUPABASE_PUBLISHABLE_KEYS: '{}', SUPABASE_ANON_KEY: 'old' })).toBe('old')
    expect(read({ SUPABASE_ANON_KEY: 'old' })).toBe('old')
  })

  it('is missed by name', () => {
    expect(() => read({})).toThrow('SUPABASE_ANON_KEY: missing, and there are no SUPABASE_PUBLISHABLE_KEYS either')
    expect(() => read({ SUPABASE_PUBLISHABLE_KEYS: 'sb_publishable_x' })).toThrow('SUPABASE_PUBLISHABLE_KEYS: not JSON')
  })
})

it('is asked without a check of the token in front of it, which would answer in words of its own', () => {
  const [, section = ''] = read('supabase/config.toml').split('[functions.whatsapp-session]')
  expect(section.split('\n[')[0]).toMatch(/^verify_jwt = false$/m)
})
