import { describe, expect, it } from 'vitest'
import { completeLockfile, platformOf } from '../../scripts/complete-lockfile.ts'
import { withHashes } from '../../scripts/supply/hashes.ts'

describe('the platform that a binary package is for', () => {
  it.each([
    ['@deno/darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@deno/linux-arm64-glibc', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
    ['@oxfmt/binding-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
    ['@oxlint/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['@supabase/cli-windows-x64', { os: ['win32'], cpu: ['x64'] }],
    ['@tailwindcss/oxide-wasm32-wasi', { cpu: ['wasm32'] }],
  ])('%s', (name, platform) => expect(platformOf(name)).toEqual(platform))
})

describe('completing the lockfile', () => {
  const locked = {
    packages: {
      '': {},
      'node_modules/deno': {
        version: '2.9.6',
        dev: true,
        optionalDependencies: { '@deno/darwin-x64': '2.9.6', '@deno/linux-x64-glibc': '2.9.6' },
      },
      'node_modules/@deno/linux-x64-glibc': { version: '2.9.6', optional: true },
    },
  }

  it('adds what the registry left out, for its platform only', () => {
    const { lockfile, added } = completeLockfile(locked)
    expect(added).toEqual(['@deno/darwin-x64'])
    expect(lockfile.packages['node_modules/@deno/darwin-x64']).toEqual({
      version: '2.9.6',
      os: ['darwin'],
      cpu: ['x64'],
      dev: true,
      optional: true,
    })
  })

  it('adds nothing the second time', () => {
    expect(completeLockfile(completeLockfile(locked).lockfile).added).toEqual([])
  })

  it('finds a package that is nested below the one that needs it', () => {
    const nested = {
      packages: {
        'node_modules/a': { optionalDependencies: { 'b-linux-x64': '1.0.0' } },
        'node_modules/a/node_modules/b-linux-x64': { version: '1.0.0' },
      },
    }
    expect(completeLockfile(nested).added).toEqual([])
  })
})

describe('the hashes that a lockfile lacks', () => {
  const sha = (letter: string) => `sha512-${letter.repeat(86)}==`
  const packages = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: sha('A') },
    'node_modules/@b/darwin-arm64': { version: '2.0.0', os: ['darwin'], optional: true },
    'node_modules/c-win32-x64': { version: '3.0.0', optional: true },
  }

  it('come from the registry where it knows them; a hash that is there is neither asked for nor changed', async () => {
    const asked: string[] = []
    const completed = await withHashes(packages, async (name, version) => {
      asked.push(`${name}@${version}`)
      return name === '@b/darwin-arm64' ? sha('B') : null
    })
    expect(asked).toEqual(['@b/darwin-arm64@2.0.0', 'c-win32-x64@3.0.0'])
    expect(completed.filled).toBe(1)
    expect(completed.packages).toEqual({
      ...packages,
      'node_modules/@b/darwin-arm64': { ...packages['node_modules/@b/darwin-arm64'], integrity: sha('B') },
    })
  })

  it('are not taken in another form', async () => {
    await expect(withHashes(packages, async () => 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=')).rejects.toThrow('no SHA-512')
  })
})
