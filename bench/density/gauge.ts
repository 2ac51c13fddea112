/**
 * Preload for a process that is measured, beside `--expose-gc`: at SIGUSR2 it throws away what is garbage and writes what is left to
 * `GAUGE_FILE`, bytes. The process' own code knows nothing of it.
 */
import { renameSync, writeFileSync } from 'node:fs'

const file = process.env['GAUGE_FILE']
process.on('SIGUSR2', () => {
  if (!file) return
  for (let round = 0; round < 3; round += 1) globalThis.gc?.()
  writeFileSync(`${file}.next`, JSON.stringify(process.memoryUsage()))
  renameSync(`${file}.next`, file)
})
