/** The text of a stream, or `null` where it is longer than `limit` bytes: then no more than that was read, and the rest is not wanted. */
export async function readUpTo(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<string | null> {
  if (!stream) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > limit) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
