import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockHolder, takeLock } from '../../scripts/stack/lock.ts'

const WHERE = { url: 'http://127.0.0.1:5180', databasePort: 1 }
let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-lock-'))
  file = join(folder, 'lock.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('is held by one at a time, and tells who holds it', async () => {
  const lock = await takeLock(file, WHERE)
  expect(await lockHolder(file)).toMatchObject({ pid: process.pid, ...WHERE })
  await expect(takeLock(file, WHERE)).rejects.toThrow(`http://127.0.0.1:5180 (process ${process.pid})`)
  await lock.release()
  expect(await lockHolder(file)).toBeNull()
  await (await takeLock(file, WHERE)).release()
})

it.each([
  ['of a process that has ended', JSON.stringify({ pid: 2 ** 22 + 7, mark: '1', ...WHERE })],
  ['of an earlier process with the number of a living one', JSON.stringify({ pid: process.pid, mark: 'long ago', ...WHERE })],
  ['that is damaged', '{"pid":'],
])('takes over a lock %s, and only one of many does', async (_, stale) => {
  await writeFile(file, stale)
  const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(file, WHERE)))
  expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid })
  expect(await readdir(folder)).toEqual(['lock.json'])
})
