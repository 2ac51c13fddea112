import { once } from 'node:events'
import { connect } from 'node:net'

/** All that a server said to a connection: the status of each answer, and the bytes as text. */
export type RawAnswer = { statuses: number[]; text: string }

/** Far more than any answer takes, milliseconds. */
const LIMIT_MS = 20_000

/**
 * Sends bytes as they are: what a client or a URL parser would have cleaned up arrives unaltered. Reads until the server closes; `next` is
 * sent as soon as it has begun to answer. Rejects when it neither answers nor closes.
 */
export async function sendRaw(url: string, bytes: string | Buffer, next?: string): Promise<RawAnswer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.setTimeout(LIMIT_MS, () =>
    socket.destroy(new Error(`neither answered nor closed: ${JSON.stringify(String(bytes).slice(0, 300))}`)),
  )
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => {
    if (chunks.push(chunk) === 1 && next !== undefined) socket.write(next)
  })
  const failed = new Promise<never>((_, reject) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may hang up on what it has refused before it has read all of it.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
  })
  const closed = once(socket, 'close')
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  await Promise.race([closed, failed])
  const text = Buffer.concat(chunks).toString('latin1')
  return { statuses: [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((found) => Number(found[1])), text }
}

/** One request of HTTP/1.1 whose parts nobody checks. */
export function rawRequest(method: string, target: string, headers: readonly string[], body = ''): string {
  return [`${method} ${target} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', body].join('\r\n')
}
