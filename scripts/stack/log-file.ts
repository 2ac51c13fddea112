import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from './printable.ts'

/** A log that is larger at a start begins anew, bytes; the one before is kept as `.1`. */
const ROTATE_BYTES = 5 * 1024 * 1024

export type LogFile = { write(line: string): void; close(): Promise<void> }

/** Opens `<folder>/<name>.log` for appending, one printable line at a time. A disk that is full costs lines, never the process. */
export function openLogFile(folder: string, name: string): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}.log`)
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(path, `${path}.1`)
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  stream.on('error', () => {})
  return {
    write: (line) => void (stream.writable && stream.write(`${printable(line)}\n`)),
    close: () => new Promise((done) => (stream.destroyed ? done() : stream.end(done))),
  }
}
