import { Agent, request } from 'node:http'

export type Sent = { url: string; method: string; headers: [string, string][]; body: string | null }
export type Answered = { status: number; headers: Record<string, string | string[] | undefined>; text: string }

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
/** How long an answer may take: far more than any part waits for another, milliseconds. */
const ANSWER_MS = 60_000

/**
 * Sends a request as it is, untidied. Of a stream the first events are enough. A server may hang up on a body that is too large before its
 * answer was read: then it is asked again.
 */
export async function send(call: Sent, tries = 5): Promise<Answered> {
  try {
    return await sendOnce(call)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (tries <= 1 || (code !== 'ECONNRESET' && code !== 'EPIPE')) throw error
    return await send(call, tries - 1)
  }
}

function sendOnce({ url, method, headers, body }: Sent): Promise<Answered> {
  const { port, origin } = new URL(url)
  return new Promise((resolve, reject) => {
    const lines = headers.flatMap(([name, value]) => [name, value])
    const length = body === null ? [] : ['content-length', String(Buffer.byteLength(body))]
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: url.slice(origin.length),
        method,
        agent,
        headers: ['host', `127.0.0.1:${port}`, ...lines, ...length],
      },
      (response) => {
        let text = ''
        const finish = (): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          const isStream = response.headers['content-type']?.startsWith('text/event-stream')
          if (!isStream || !text.includes('\n\n')) return
          finish()
          asked.destroy()
        })
        response.on('end', finish)
        response.on('error', reject)
      },
    )
    asked.setTimeout(ANSWER_MS, () => asked.destroy(new Error(`no answer in ${ANSWER_MS} ms`)))
    asked.on('error', reject)
    asked.end(body ?? undefined)
  })
}

/** A request as it can be typed, for who wants to see it again. Tokens are named, not shown. */
export function asCommand({ url, method, headers, body }: Sent, who: string): string {
  const shown = body !== null && body.length > 2000 ? `${body.slice(0, 200)}… (${body.length} characters)` : body
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
  return [
    `curl -i --path-as-is -X ${method} ${quoted(url)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${name === 'authorization' && value.length > 60 ? `(${who})` : value}`)}`),
    ...(shown === null ? [] : [`--data-binary ${quoted(shown)}`]),
  ].join(' ')
}
