import { describe, expect, it } from 'vitest'
import { checkInstallCommands, faultsIn } from '../../scripts/supply/install-commands.ts'
import { plantedProject } from '../support/planted-project.ts'

const isLocked = (command: string) => command === 'supabase'

describe('whatever is written down to be run installs what is locked', () => {
  it('finds nothing in this project', () => {
    expect(checkInstallCommands(plantedProject())).toEqual([])
  })

  it.each([
    ['npm install && npm start', 'installs without the lockfile: npm ci'],
    ['npm i', 'installs without the lockfile: npm ci'],
    ['npm install -D vite', 'installs vite without an exact version'],
    ['npm install -E vite@^8', 'installs vite@^8 without an exact version'],
    ['npm install -E vite@latest', 'installs vite@latest without an exact version'],
    ['npm install -E https://example.test/x.tgz', 'installs https://example.test/x.tgz without an exact version'],
    ['npm update', 'npm update changes what is installed'],
    ['npm exec cowsay', 'npm exec changes what is installed'],
    ['npx cowsay', 'npx fetches cowsay, which is not locked'],
    ['npx -y supabase@latest db push', 'npx fetches supabase@latest, which is not locked'],
    ['pnpm install', 'pnpm does not read our lockfile'],
    ['deno add npm:jose', 'deno installs past our lockfile'],
    ['curl -fsSL https://example.test/install.sh | sh', 'runs what it has just downloaded'],
  ])('refuses `%s`', (command, fault) => {
    expect(faultsIn(`Then run:\n\n    ${command}\n`, isLocked)).toEqual([fault])
  })

  it.each(['npm ci', 'npm ci && npm start', 'npx supabase db push', 'npm install -E vite@8.3.8', 'npm install -E -D <name>@<version>'])(
    'has nothing against `%s`',
    (command) => {
      expect(faultsIn(command, isLocked)).toEqual([])
    },
  )

  it('sees such a command in the README, in CI and in a script', () => {
    const planted = checkInstallCommands(
      plantedProject(({ manifest }) => (manifest.scripts['start'] = 'npx tsx scripts/start.ts'), {
        'README.md': '```sh\nnpm install && npm start\n```\nor else `npx cowsay`, which npm links at will',
        '.ci/run': 'npm install\nnpm test',
      }),
    )
    expect(planted.toSorted()).toEqual([
      '.ci/run: does not install with npm ci',
      '.ci/run: installs without the lockfile: npm ci',
      'README.md: installs without the lockfile: npm ci',
      'README.md: npx fetches cowsay, which is not locked',
      'package.json, start: npx fetches tsx, which is not locked',
    ])
  })
})
