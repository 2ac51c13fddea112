const HEADER = Buffer.from([0x57, 0x41, 6, 3])
const LENGTH_BYTES = 3
/** `ED`, two version bytes, three bytes of length: a client that was given routing information sends it first. */
const ROUTING_PREFIX_BYTES = 7
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

/** The four bytes a client opens with, `WA` 6 3; they are also the prologue of the handshake. */
export const NOISE_HEADER = HEADER

/** Cuts the client's byte stream into frames. `push` throws when the bytes cannot be a client of this protocol. */
export function createFrameReader(): { push(bytes: Buffer): Buffer[] } {
  let buffered: Buffer = Buffer.alloc(0)
  let greeted = false

  return {
    push(bytes) {
      buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes])
      if (buffered.length > MAX_BUFFERED_BYTES) throw new Error('a frame is larger than 4 MiB')
      if (!greeted) {
        const rest = afterGreeting(buffered)
        if (!rest) return []
        greeted = true
        buffered = rest
      }
      const frames: Buffer[] = []
      while (buffered.length >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + buffered.readUIntBE(0, LENGTH_BYTES)
        if (buffered.length < end) break
        frames.push(buffered.subarray(LENGTH_BYTES, end))
        buffered = buffered.subarray(end)
      }
      return frames
    },
  }
}

/** `data` with its length in front. */
export function frame(data: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(LENGTH_BYTES + data.length)
  framed.writeUIntBE(data.length, 0, LENGTH_BYTES)
  framed.set(data, LENGTH_BYTES)
  return framed
}

function afterGreeting(bytes: Buffer): Buffer | undefined {
  let start = 0
  if (bytes.length >= 2 && bytes.toString('latin1', 0, 2) === 'ED') {
    if (bytes.length < ROUTING_PREFIX_BYTES) return undefined
    start = ROUTING_PREFIX_BYTES + bytes.readUIntBE(4, 3)
  }
  const end = start + HEADER.length
  if (bytes.length < end) return undefined
  if (!bytes.subarray(start, end).equals(HEADER)) throw new Error('the client does not open with WA 6 3')
  return bytes.subarray(end)
}
