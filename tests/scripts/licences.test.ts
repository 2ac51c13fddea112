import { describe, expect, it } from 'vitest'
import { checkLicences, isAllowed, licencePage } from '../../scripts/supply/licences.ts'
import { lockedEntry, plantedProject } from '../support/planted-project.ts'

describe('licences', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-3.0', false],
    ['GPL-3.0-only', false],
    ['AGPL-3.0-or-later', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    ['', false],
  ])('reads the expression "%s"', (expression, allowed) => expect(isAllowed(expression)).toBe(allowed))

  it('all are known, and those that ask for more have a reason', () => {
    expect(checkLicences(plantedProject())).toEqual([])
  })

  it('a package that turns to the AGPL is red', () => {
    expect(checkLicences(plantedProject((project) => (lockedEntry(project, 'fastify').license = 'AGPL-3.0')))).toEqual([
      'fastify has the licence AGPL-3.0, which is not allowed',
    ])
  })

  it('a package without a licence is red', () => {
    expect(checkLicences(plantedProject((project) => delete lockedEntry(project, 'fastify').license))).toEqual([
      'fastify has no licence that is known',
    ])
  })

  it('an exception counts for its own licence only, and goes when nobody needs it', () => {
    const findings = checkLicences(plantedProject((project) => (lockedEntry(project, 'libsignal').license = 'AGPL-3.0')))
    expect(findings).toContain('libsignal has the licence AGPL-3.0, which is not allowed')
    expect(findings).toContain('nothing has the licence that ^libsignal$ is excepted for')
  })

  it('the page tells what runs in production from what builds and tests', () => {
    const [, production = '', development = ''] = licencePage(plantedProject()).split(/^## (?:In production|To build and to test)$/m)
    expect(production).toMatch(/^\| libsignal +\| 6\.0\.0 +\| GPL-3\.0 +\|$/m)
    expect(production).not.toMatch(/^\| vitest /m)
    expect(development).toMatch(/^\| vitest /m)
  })
})
