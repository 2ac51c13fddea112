import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

it.each(['exception', 'rejection', 'no error'])('says where it ended and nothing of what it was told: %s', async (how) => {
  const preload = `--import ${join(import.meta.dirname, 'support/explode.ts')}`
  const worker = await world.spawnWorker({ NODE_OPTIONS: preload, EXPLODE: how })
  const ended = once(worker.child, 'close')
  worker.child.kill('SIGUSR2')
  expect(await ended).toEqual([1, null])
  const last = worker.output().trim().split('\n').at(-1) ?? ''
  expect(JSON.parse(last)).toMatchObject({
    level: 50,
    msg: how === 'rejection' ? 'unhandledRejection' : 'uncaughtException',
    error: how === 'no error' ? 'string' : 'TypeError',
  })
  expect(worker.output()).not.toMatch(/S3CRET|forged/)
})
