import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { functionCheck } from '../../scripts/deploy-check/function-bundle.ts'
import { ROOT } from '../../scripts/stack/layout.ts'
import { plantedCopy } from './deploy/planted-copy.ts'

const FOLDER = 'supabase/functions/whatsapp-session'
/** Bounds what hangs. */
const BUNDLE_MS = 300_000

/** What is found where files say something else. */
async function deployWith(changes: Record<string, (text: string) => string>): Promise<string> {
  const { folder, remove } = await plantedCopy()
  try {
    for (const [path, change] of Object.entries(changes)) {
      const text = await readFile(join(folder, path), 'utf8')
      const changed = change(text)
      expect(changed).not.toBe(text)
      await writeFile(join(folder, path), changed)
    }
    const outcome = await functionCheck(folder).run()
    return outcome.kind === 'failed' ? outcome.findings.join('\n') : outcome.kind
  } finally {
    await remove()
  }
}

it('the edge function starts from nothing but the files that the Supabase CLI sends', { timeout: BUNDLE_MS }, async () => {
  const says = expect.stringMatching(/^Supabase CLI \d+\.\d+\.\d+ sends \d+ files; with packages \d\.\d MB of at most 5\.0 MB/) as string
  expect(await functionCheck(ROOT).run()).toEqual({ kind: 'passed', says })
})

it('a package that the import map forgot is told by name', { timeout: BUNDLE_MS }, async () => {
  const said = await deployWith({ [`${FOLDER}/deno.json`]: (text) => text.replace(/^.*"jose".*\n/m, '') })
  expect(said).toContain('"jose" is not found where it is deployed')
  expect(said).toContain(`${FOLDER}/command.ts`)
})

it('a file of the project that is not sent is told by name', { timeout: BUNDLE_MS }, async () => {
  const said = await deployWith({ [`${FOLDER}/deno.json`]: (text) => text.replace('../../../domain/', '../../../no-domain/') })
  expect(said).toContain('no-domain/')
})

it(
  'a token that Supabase would check first, and a setting that is read past the declared ones, are told with where they are',
  { timeout: BUNDLE_MS },
  async () => {
    const said = await deployWith({
      'supabase/config.toml': (text) => text.replace('verify_jwt = false', 'verify_jwt = true'),
      [`${FOLDER}/cors.ts`]: (text) => `${text}\nexport const planted = () => Deno.env.get('PLANTED')\n`,
    })
    expect(said).toContain('set verify_jwt = false')
    expect(said).toContain(`${FOLDER}/cors.ts reads the environment by itself; settings.ts is where it is declared`)
  },
)
