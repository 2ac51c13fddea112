import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')

/** Runs one check on a folder as `npm run check` does; resolves to its exit code and what it said. */
function check(name: string, folder: string): Promise<{ code: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'scripts/supply/main.ts'), name, folder], (error, _, said) =>
      resolve({ code: error ? error.code : 0, said }),
    )
  })
}

it('the step of the check fails, and names the package, when a line of the lockfile sends npm elsewhere', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-lockfile-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
  writeFileSync(join(folder, 'package-lock.json'), lockfile)
  expect(await check('lockfile', folder)).toEqual({ code: 0, said: '' })
  const planted = lockfile.replace('"node_modules/jose": {', '"node_modules/jose": { "resolved": "http://example.test/jose.tgz",')
  writeFileSync(join(folder, 'package-lock.json'), planted)
  expect(await check('lockfile', folder)).toEqual({
    code: 1,
    said: 'node_modules/jose names where it comes from (http://example.test/jose.tgz)\n',
  })
})

it('a check that does not exist is no check that passed', { timeout: 60_000 }, async () => {
  expect(await check('lokfile', ROOT)).toMatchObject({ code: 2 })
})
