import { describe, expect, it } from 'vitest'
import { completeLockfile, platformOf } from '../../scripts/complete-lockfile.ts'

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
