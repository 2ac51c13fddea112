import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createByteSearch, onOneLine } from './kill/byte-search.ts'

it('knows a secret however somebody wrote it down', () => {
  const key = randomBytes(32)
  const text = `2@"é+/= ${randomBytes(9).toString('base64')}`
  const inside = (before: number, bytes: Buffer) => Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(5)]).toString('base64')
  const writings = (bytes: Buffer): (string | Buffer)[] => [
    bytes,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    inside(0, bytes),
    inside(1, bytes),
    inside(2, bytes),
    inspect(bytes),
    onOneLine(Buffer.from(inspect(Uint8Array.from(bytes)))),
    JSON.stringify(bytes),
    JSON.stringify(Uint8Array.from(bytes)),
    encodeURIComponent(bytes.toString('base64')),
  ]
  const asText = [text, JSON.stringify(text), encodeURIComponent(text), Buffer.from(text, 'utf16le')]
  const missed = [
    { bytes: key, written: writings(key) },
    { bytes: Buffer.from(text), written: [...writings(Buffer.from(text)), ...asText] },
  ].flatMap(({ bytes, written }) =>
    written.filter((writing) => {
      const searching = createByteSearch([{ identity: '', kind: '', bytes }])
      searching.scan('here', Buffer.concat([Buffer.from('before '), Buffer.from(writing as string), Buffer.from(' behind')]))
      return searching.hits().length === 0
    }),
  )
  expect(missed).toEqual([])
})
