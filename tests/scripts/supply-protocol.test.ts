import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkProtocol, hashOfFiles } from '../../scripts/supply/protocol-check.ts'
import { lockedEntry, plantedProject } from '../support/planted-project.ts'

const { root, lockfile } = plantedProject()
const { integrity = '' } = lockfile.packages['node_modules/jose'] ?? {}

/** A copy of the installed libsignal, and what its files hash to after a change. */
function libsignalAfter(change: (folder: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-libsignal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(root, 'node_modules/libsignal'), folder, { recursive: true })
  change(folder)
  return hashOfFiles(folder)
}

describe('one Baileys, the one that was chosen', () => {
  it('finds nothing in this project', () => {
    expect(checkProtocol(plantedProject())).toEqual([])
  })

  it('refuses another version, however it is asked for', () => {
    const findings = checkProtocol(
      plantedProject((project) => {
        project.manifest.dependencies['baileys'] = '7.0.0-rc15'
        Object.assign(lockedEntry(project, 'baileys'), { version: '7.0.0-rc15', integrity })
      }),
    )
    expect(findings).toEqual([
      'package.json does not ask for the baileys that was chosen',
      'baileys is locked at 7.0.0-rc15, chosen is 7.0.0-rc14',
      'baileys is locked with another hash than that of the version chosen',
    ])
  })

  it('refuses the version chosen with another content', () => {
    expect(checkProtocol(plantedProject((project) => (lockedEntry(project, 'baileys').integrity = integrity)))).toEqual([
      'baileys is locked with another hash than that of the version chosen',
    ])
  })

  it.each(['@whiskeysockets/baileys', '@adiwajshing/baileys', 'baileys-pro', 'bailey', 'bai1eys', '@someone/baileys-mod'])(
    'refuses %s, wherever in the tree it lies',
    (name) => {
      const planted = plantedProject(({ lockfile }) => {
        lockfile.packages[`node_modules/fastify/node_modules/${name}`] = { version: '7.0.0', integrity }
      })
      expect(checkProtocol(planted)).toEqual([`${name} looks like Baileys and is not`])
    },
  )

  it('refuses a fork that is installed under the name of Baileys, and Baileys under another name', () => {
    const fork = plantedProject((project) => (lockedEntry(project, 'baileys').name = '@someone/baileys'))
    expect(checkProtocol(fork)).toEqual(['@someone/baileys looks like Baileys and is not'])
    const alias = plantedProject(
      ({ lockfile }) => (lockfile.packages['node_modules/wa'] = { name: 'baileys-pro', version: '1.0.0', integrity }),
    )
    expect(checkProtocol(alias)).toEqual(['baileys-pro looks like Baileys and is not'])
  })

  it.each(['baileys', 'libsignal'])('refuses a second copy of %s', (name) => {
    const path = `node_modules/fastify/node_modules/${name}`
    expect(checkProtocol(plantedProject(({ lockfile }) => (lockfile.packages[path] = { version: '1.0.0', integrity })))).toEqual([
      `${path} is a second copy of ${name}`,
    ])
  })

  it('refuses an override of what holds the keys', () => {
    expect(checkProtocol(plantedProject(({ manifest }) => (manifest.overrides = { libsignal: '6.0.1' })))).toEqual([
      'package.json overrides libsignal',
    ])
  })
})

describe('what lies on the disk is what was chosen', () => {
  const untouched = hashOfFiles(join(root, 'node_modules/libsignal'))

  it('sees a changed byte, another file, a hidden one, and a copy nested below', () => {
    expect(libsignalAfter(() => {})).toBe(untouched)
    const changes: ((folder: string) => void)[] = [
      (folder) => appendFileSync(join(folder, 'src/crypto.js'), ' '),
      (folder) => writeFileSync(join(folder, 'src/extra.js'), ''),
      (folder) => writeFileSync(join(folder, '.hidden.js'), ''),
      (folder) => rmSync(join(folder, 'src/errors.js')),
      (folder) => cpSync(join(root, 'node_modules/curve25519-js'), join(folder, 'node_modules/curve25519-js'), { recursive: true }),
    ]
    const hashes = changes.map((change) => libsignalAfter(change))
    expect(new Set([untouched, ...hashes]).size).toBe(changes.length + 1)
  })

  it('is red when a file of Baileys was edited after the install', () => {
    const edited = mkdtempSync(join(tmpdir(), 'latchkey-baileys-'))
    onTestFinished(() => rmSync(edited, { recursive: true, force: true }))
    cpSync(join(root, 'node_modules/baileys'), join(edited, 'node_modules/baileys'), { recursive: true })
    expect(checkProtocol({ ...plantedProject(), root: edited })).toEqual([])
    appendFileSync(join(edited, 'node_modules/baileys/lib/index.js'), '\n')
    expect(checkProtocol({ ...plantedProject(), root: edited })[0]).toMatch(
      /^node_modules\/baileys holds other files than those of 7\.0\.0-rc14/,
    )
  })
})
