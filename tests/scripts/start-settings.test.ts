import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startSettings } from '../../scripts/stack/start-settings.ts'

it('starts one worker of the demo unless told otherwise', () => {
  expect(startSettings([], {})).toEqual({ port: 5180, dataDir: './data', realm: 'demo', workers: 1 })
  expect(startSettings(['--live', '--workers', '1'], { PORT: '80', LATCHKEY_DATA: '/d' })).toEqual({
    port: 80,
    dataDir: '/d',
    realm: 'live',
    workers: 1,
  })
})

it('gives several workers data of their own: what is in a folder and what is in the database do not mix', () => {
  expect(startSettings(['--workers', '3'], { LATCHKEY_DATA: '/d' })).toMatchObject({ dataDir: join('/d', 'fleet'), workers: 3 })
  expect(startSettings(['--live', '--workers=2'], { LATCHKEY_DATA: '/d' })).toMatchObject({ dataDir: join('/d', 'fleet'), realm: 'live' })
})

it.each([['--workers', '0'], ['--workers', '4'], ['--workers', '1.5'], ['--workers', ''], ['--workers'], ['--worker', '2'], ['2']])(
  'says what there is for %j %j',
  (...args) => {
    expect(() => startSettings(args, {})).toThrow('The options are --live and --workers, which is 1, 2 or 3.')
  },
)
