import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { spread, type Spread } from '../report.ts'

/** What the disk below `folder` takes to keep a page of 4 KiB: without that, a durable answer's time says little. */
export function probeFsync(folder: string): Spread {
  const path = join(folder, 'fsync-probe')
  const page = Buffer.alloc(4096, 1)
  const times = Array.from({ length: 300 }, () => {
    const begun = performance.now()
    const file = openSync(path, 'w')
    writeSync(file, page)
    fsyncSync(file)
    closeSync(file)
    return performance.now() - begun
  })
  rmSync(path)
  return spread(times)
}
