import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createPatience } from '../../worker/clear/patience.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import { openQuarantine } from '../../worker/store/quarantine.ts'
import { plantBackup, plantOutbox } from './support/planted.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('a tombstone whose order has vanished (FOL-14)', () => {
  it('is asked about at once, then ever more rarely, for ever', () => {
    let now = 0
    const clock = { now: () => now, elapsed: () => now, after: () => () => {}, random: () => 0 }
    const patience = createPatience(clock)
    const times: number[] = []
    for (now = 0; now < 86_400_000; now += 5000) if (patience.isDue('order')) times.push(now / 1000)
    expect(times.slice(0, 5)).toEqual([0, 10, 30, 70, 150])
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(Math.max(...gaps)).toBe(3600)
    expect(times.length).toBeLessThan(40)
    patience.forget('order')
    expect(patience.isDue('order')).toBe(true)
  })
})

describe('the quarantine', () => {
  const id = randomUUID()
  const open = (disk: Disk = systemDisk) => {
    const root = mkdtempSync(join(tmpdir(), 'latchkey-worker-'))
    folders.push(root)
    const data = openDataFolder(disk, root, 'demo')
    const time = { now: Date.parse('2026-01-01') }
    const quarantine = openQuarantine(data, { now: () => time.now, elapsed: () => time.now, after: () => () => {}, random: () => 0 })
    return { root, data, time, quarantine }
  }

  it('keeps each thing for thirty days, and no longer', () => {
    const { root, data, time, quarantine } = open()
    plantBackup(root, id, 1)
    plantOutbox(root, id, 2)
    expect(quarantine.takeBackup(id, '2026-01-01T00-00-00.000Z', 1, 'a test')).toBe(true)
    expect(quarantine.takeOutbox(id, 2, 'a test')).toBe(true)
    expect(quarantine.takeOutbox(id, 2, 'a test')).toBe(false)
    // One whose reason is lost is kept as long, by the time in its name.
    mkdirSync(join(root, 'quarantine', `${id}.${time.now}-9`))
    time.now += 30 * 86_400_000
    expect(quarantine.expire()).toBe(0)
    time.now += 1
    expect(quarantine.expire()).toBe(3)
    expect(readdirSync(join(root, 'quarantine'))).toEqual([])
    data.close()
  })

  it('writes the reason before it moves, and the new name before the old one goes: a power cut loses neither', () => {
    const steps: string[] = []
    const note = (what: string, path: string): void => void steps.push(`${what} ${path.replaceAll(/^.*latchkey-worker-[^/]+\//g, '')}`)
    const { root, data, time, quarantine } = open({
      ...systemDisk,
      makeFolder: (path) => (note('make', path), systemDisk.makeFolder(path)),
      write: (path, text) => (note('write', path), systemDisk.write(path, text)),
      sync: (path) => (note('sync', path), systemDisk.sync(path)),
      rename: (from, to) => (note('rename to', to), systemDisk.rename(from, to)),
    })
    plantOutbox(root, id, 2)
    steps.length = 0
    quarantine.takeOutbox(id, 2, 'a test')
    const entry = `quarantine/${id}.${time.now}`
    expect(steps).toEqual([
      `make ${entry}`,
      'sync quarantine',
      `write ${entry}/why.json.tmp`,
      `sync ${entry}/why.json.tmp`,
      `rename to ${entry}/why.json`,
      `sync ${entry}`,
      `rename to ${entry}/outbox.json`,
      `sync ${entry}`,
      'sync whatsapp/outbox',
    ])
    data.close()
  })
})
