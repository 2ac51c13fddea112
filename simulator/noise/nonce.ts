/** The 12 byte AES-GCM nonce of the `counter`th message under one key. */
export function nonce(counter: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(counter, 8)
  return bytes
}
