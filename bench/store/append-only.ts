import { closeSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync, fdatasyncSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { systemDisk } from '../../worker/store/disk.ts'
import { removeDurably } from '../../worker/store/durable-file.ts'
import type { Contender } from './contender.ts'

/** What is rewritten when this many bytes of the file are out of date. */
const COMPACT_BYTES = 512 * 1024
const HEAD = 8

/**
 * The contender that we did not take: an append-only file, a batch of records behind its length and checksum, an index of offsets in
 * memory, rewritten when too much of it is out of date. As small as it can be and still be fair: recovery is left out.
 */
export function openAppendOnly(folder: string): Contender {
  mkdirSync(folder, { mode: 0o700 })
  const path = join(folder, 'auth.log')
  let file = openSync(path, 'wx+', 0o600)
  syncFolder(folder)
  syncFolder(dirname(folder))
  let index = new Map<string, { at: number; length: number }>()
  let end = 0
  let dead = 0

  const append = (to: number, batch: readonly (readonly [string, string])[], at: number, into: typeof index): number => {
    const values = batch.map(([key, value]) => ({ key, bytes: Buffer.from(JSON.stringify([key, value])) }))
    const body = Buffer.concat(values.map(({ bytes }) => Buffer.concat([lengthOf(bytes), bytes])))
    const head = Buffer.alloc(HEAD)
    head.writeUInt32LE(body.length, 0)
    head.writeUInt32LE(crc32(body), 4)
    writeSync(to, Buffer.concat([head, body]), 0, HEAD + body.length, at)
    let offset = at + HEAD
    for (const { key, bytes } of values) {
      const before = into.get(key)
      if (before) dead += before.length
      into.set(key, { at: offset + 4, length: bytes.length })
      offset += 4 + bytes.length
    }
    return offset
  }
  const read = (key: string): string | null => {
    const place = index.get(key)
    if (!place) return null
    const bytes = Buffer.alloc(place.length)
    readSync(file, bytes, 0, place.length, place.at)
    return (JSON.parse(bytes.toString()) as [string, string])[1]
  }
  const compact = (): void => {
    const entries = [...index.keys()].map((key) => [key, read(key) ?? ''] as const)
    const fresh = openSync(`${path}.new`, 'w+', 0o600)
    const next = new Map<string, { at: number; length: number }>()
    dead = 0
    end = append(fresh, entries, 0, next)
    fsyncSync(fresh)
    renameSync(`${path}.new`, path)
    syncFolder(folder)
    closeSync(file)
    file = fresh
    index = next
  }

  return {
    put(type, values) {
      const batch = Object.entries(values).map(([id, value]) => [`${type}/${id}`, value] as const)
      end = append(file, batch, end, index)
      fdatasyncSync(file)
      if (dead > COMPACT_BYTES) compact()
    },
    get: (type, id) => read(`${type}/${id}`),
    clear() {
      closeSync(file)
      removeDurably(systemDisk, folder)
    },
  }
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return length
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  fsyncSync(file)
  closeSync(file)
}
