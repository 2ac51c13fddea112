import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { ERROR_STATUS, errorBody } from '#domain/errors.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { ANSWER_HEADERS } from './answer-headers.ts'

/** What the parser of HTTP says, in the words of every other refusal. A request that came too slowly has a status of its own in HTTP. */
type Words = { code: ErrorCode; message: string; status?: number }
const REFUSALS: Record<string, Words> = {
  HPE_HEADER_OVERFLOW: { code: 'payload_too_large', message: 'The request line and its headers are too long.' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'timeout', message: 'The request came too slowly.', status: 408 },
}
const UNREADABLE: Words = { code: 'invalid_input', message: 'The request cannot be read.' }

/** Answers what is no request that a route could be asked with, and closes the connection. */
export function refuseUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { code, message, status = ERROR_STATUS[code] } = REFUSALS[error.code ?? ''] ?? UNREADABLE
  const body = JSON.stringify(errorBody(code, message))
  const headers = {
    ...ANSWER_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  socket.destroy(error)
}
