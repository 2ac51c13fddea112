import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkInstallScripts } from '../../scripts/supply/install-scripts-check.ts'
import { lockedEntry, plantedProject } from '../support/planted-project.ts'

describe('no package runs anything while it is installed', () => {
  it('finds nothing in this project', () => {
    expect(checkInstallScripts(plantedProject())).toEqual([])
  })

  it('sees a package that has an install script since today', () => {
    expect(checkInstallScripts(plantedProject((project) => (lockedEntry(project, 'jose').hasInstallScript = true)))).toEqual([
      'jose has an install script that nobody has read',
    ])
  })

  it('sees an installed package whose script the lockfile does not tell of', () => {
    const root = mkdtempSync(join(tmpdir(), 'latchkey-supply-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    const manifest = JSON.stringify({ name: 'jose', scripts: { postinstall: 'node steal.js' } })
    mkdirSync(join(root, 'node_modules/jose'), { recursive: true })
    writeFileSync(join(root, 'node_modules/jose/package.json'), manifest)
    expect(checkInstallScripts({ ...plantedProject(undefined, { 'node_modules/jose/package.json': manifest }), root })).toEqual([
      'node_modules/jose has an install script that the lockfile does not tell of',
    ])
  })

  it.each(['ignore-scripts=true', 'strict-allow-scripts=true'])('wants %s in .npmrc, not commented out', (line) => {
    const npmrc = plantedProject().text('.npmrc').replace(line, `# ${line}`)
    expect(checkInstallScripts(plantedProject(undefined, { '.npmrc': npmrc }))).toEqual([`.npmrc lacks "${line}"`])
  })

  it('refuses a permission in package.json', () => {
    expect(checkInstallScripts(plantedProject(({ manifest }) => (manifest.allowScripts['deno'] = true)))).toEqual([
      'package.json: allowScripts does not deny deno',
    ])
    expect(checkInstallScripts(plantedProject(({ manifest }) => (manifest.allowScripts['jose'] = true)))).toEqual([
      'package.json: allowScripts names jose, which nobody has read',
    ])
  })

  it('forgets no package that has lost its script', () => {
    expect(checkInstallScripts(plantedProject((project) => delete lockedEntry(project, 'protobufjs').hasInstallScript))).toContain(
      'protobufjs is listed, but has no install script (any more)',
    )
  })

  it('refuses a script of our own that npm would have to run by itself', () => {
    expect(checkInstallScripts(plantedProject(({ manifest }) => (manifest.scripts['prestart'] = 'node x.ts')))).toEqual([
      'package.json: npm would not run "prestart" by itself',
    ])
  })
})
