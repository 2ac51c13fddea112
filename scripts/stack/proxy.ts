import { Agent, type IncomingMessage, request as call, type ServerResponse } from 'node:http'
import { errorBody } from '#domain/errors.ts'

/** Headers that concern one connection, not the message. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** A connection for each call: one that is kept may be closed by the part behind just when the next call takes it. */
const agent = new Agent({ keepAlive: false })

/**
 * Passes a request on to `port` of 127.0.0.1 as `path`, and the answer back, piece by piece as it comes.
 * @param unavailable what to say where nobody listens there, or hangs up without an answer.
 */
export function pass(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  path: string,
  unavailable: (response: ServerResponse) => void = answerUnavailable,
): void {
  const headers = { ...request.headers }
  for (const name of HOP_BY_HOP) delete headers[name]
  // A body without a length is passed on in chunks, whatever the method; without one there is none.
  if (request.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked'
  const onward = call({ agent, host: '127.0.0.1', port, method: request.method, path, headers }, (answer) => {
    const kept = { ...answer.headers }
    for (const name of HOP_BY_HOP) delete kept[name]
    response.writeHead(answer.statusCode ?? 502, kept)
    response.flushHeaders()
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  // An answer that has begun goes on; when it is cut, that is noticed at the answer.
  onward.on('error', () => void (response.headersSent || unavailable(response)))
  // Whoever asked has left: the part behind must notice, or a link would seem to be watched.
  response.once('close', () => onward.destroy())
  // A part may answer and hang up on the rest of a body. The rest is read all the same, or the answer would be lost with the connection.
  onward.once('close', () => request.unpipe(onward).resume())
  request.pipe(onward)
}

function answerUnavailable(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '1' })
  response.end(JSON.stringify(errorBody('not_ready', 'This part is starting. Try again in a moment.')))
}
