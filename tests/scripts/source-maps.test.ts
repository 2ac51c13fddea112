import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sourceMapsIn } from '../../scripts/supply/source-maps.ts'

it('a built page with a source map, as a file or inside a script, is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'assets/index.js'), 'run()\n')
  expect(sourceMapsIn(folder)).toEqual([])
  writeFileSync(join(folder, 'assets/index.js.map'), '{}')
  writeFileSync(join(folder, 'assets/inline.js'), 'run()\n//# sourceMappingURL=data:application/json;base64,e30=\n')
  expect(sourceMapsIn(folder)).toEqual([join('assets', 'index.js.map'), join('assets', 'inline.js')])
})
