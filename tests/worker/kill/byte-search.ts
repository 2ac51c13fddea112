/** Bytes that must not be found, and whose they are. */
export type Secret = { identity: string; kind: string; bytes: Buffer }
export type Hit = { identity: string; kind: string; form: string; place: string }

/**
 * How a secret can have been written down: all of it, or so much that nothing else is meant. Padding is left off, so that a longer text that
 * holds it is found, too. `base64 at 1` and `at 2`: in the middle of something that was encoded as a whole.
 */
const FORMS = {
  raw: (key) => key,
  base64: (key) => ascii(key.toString('base64').replace(/=+$/, '')),
  'base64 at 1': (key) => ascii(withinBase64(key, 1)),
  'base64 at 2': (key) => ascii(withinBase64(key, 2)),
  base64url: (key) => ascii(key.toString('base64url')),
  'base64 in an address': (key) => ascii(encodeURIComponent(key.toString('base64').replace(/=+$/, ''))),
  'in an address': (key) => (isText(key) ? ascii(encodeURIComponent(key.toString())) : key),
  'in JSON': (key) => (isText(key) ? Buffer.from(JSON.stringify(key.toString()).slice(1, -1)) : key),
  'utf-16': (key) => (isText(key) ? Buffer.from(key.toString(), 'utf16le') : key),
  hex: (key) => ascii(key.toString('hex')),
  'hex in capitals': (key) => ascii(key.toString('hex').toUpperCase()),
  // As Node shows a buffer: the first 50 bytes.
  'hex with spaces': (key) => ascii(key.toString('hex', 0, 50).replace(/..(?=.)/g, '$& ')),
  numbers: (key) => ascii([...key].join(',')),
  'numbers with spaces': (key) => ascii([...key].join(', ')),
  'numbered bytes': (key) => ascii([...key].map((byte, at) => `${at > 0 ? `"${at}"` : ''}:${byte}`).join(',')),
} as const satisfies Record<string, (key: Buffer) => Buffer>

/** The letters that do not depend on what stands before, `before` bytes, and behind. */
function withinBase64(key: Buffer, before: number): string {
  const letters = Buffer.concat([Buffer.alloc(before), key])
  return letters
    .subarray(0, letters.length - (letters.length % 3))
    .toString('base64')
    .slice(4)
}

function isText(key: Buffer): boolean {
  return key.equals(Buffer.from(key.toString()))
}

type Needle = { identity: string; kind: string; form: string; bytes: Buffer }

const FILTER_BITS = 22

export type ByteSearch = {
  /** Looks through `bytes`; what is found is kept, once for each secret, form and place. */
  scan(place: string, bytes: Buffer): void
  hits(): Hit[]
  /** How many bytes were looked through. */
  scanned(): number
}

/** Looks for any number of keys at once: the first four bytes at each position tell, by one look at a table, whether it can be one. */
export function createByteSearch(secrets: readonly Secret[]): ByteSearch {
  const byStart = new Map<number, Needle[]>()
  const filter = new Uint8Array(1 << FILTER_BITS)
  for (const needle of secrets.flatMap(needlesOf)) {
    const start = needle.bytes.readUInt32BE(0)
    filter[slotOf(start)] = 1
    const same = byStart.get(start)
    if (same) same.push(needle)
    else byStart.set(start, [needle])
  }
  const found = new Map<string, Hit>()
  let scanned = 0
  return {
    scan(place, bytes) {
      scanned += bytes.length
      let start = 0
      for (let end = 0; end < bytes.length; end += 1) {
        start = ((start << 8) | (bytes[end] ?? 0)) >>> 0
        if (end < 3 || filter[slotOf(start)] === 0) continue
        for (const { identity, kind, form, bytes: needle } of byStart.get(start) ?? []) {
          const from = end - 3
          if (bytes.compare(needle, 0, needle.length, from, Math.min(bytes.length, from + needle.length)) !== 0) continue
          found.set(`${identity} ${kind} ${form} ${place}`, { identity, kind, form, place })
        }
      }
    },
    hits: () => [...found.values()],
    scanned: () => scanned,
  }
}

/** As Node shows bytes, in columns, they are found by what stands between them. */
export function onOneLine(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replaceAll(/\s+/g, ' '), 'latin1')
}

function needlesOf({ identity, kind, bytes }: Secret): Needle[] {
  const needles = Object.entries(FORMS).map(([form, write]) => ({ identity, kind, form, bytes: write(bytes) }))
  // Most keys look the same in both alphabets of base64.
  return needles.filter((one, at) => needles.findIndex((other) => other.bytes.equals(one.bytes)) === at)
}

function slotOf(start: number): number {
  return Math.imul(start, 0x9e37_79b1) >>> (32 - FILTER_BITS)
}

function ascii(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
