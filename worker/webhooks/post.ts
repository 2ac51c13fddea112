import { request as requestByHttp } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestByHttps } from 'node:https'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { findTarget, RefusedTarget } from './target.ts'
import type { Target, TargetOptions } from './target.ts'

/** How much of an answer is read, bytes. Nobody looks at it: what counts is the status. */
const MAX_ANSWER = 4096

export type Request = { url: string; headers: Readonly<Record<string, string>>; body: string }
/** What came back. `failure`: why nothing did, for people. */
export type Answer = { status: number } | { failure: string }
/** Sends one request, until `signal` ends it. Never throws, follows no redirect, and keeps nothing for the next one. */
export type Post = (request: Request, signal: AbortSignal) => Promise<Answer>

/** `ca`: whom to trust beside those whom Node trusts, PEM. */
export type PostOptions = TargetOptions & { ca?: string }

export function createPost(options: PostOptions): Post {
  return async (request, signal) => {
    try {
      const target = await untilAborted(findTarget(request.url, options, signal), signal)
      return { status: await send(target, request, options, signal) }
    } catch (error) {
      return { failure: signal.aborted ? 'There was no answer in time.' : failureOf(error) }
    }
  }
}

function send(target: Target, { headers, body }: Request, { ca }: PostOptions, signal: AbortSignal): Promise<number> {
  const { url, host } = target
  const isTls = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (isTls ? requestByHttps : requestByHttp)({
      method: 'POST',
      hostname: host,
      port: url.port,
      path: url.pathname + url.search,
      headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
      // A connection of its own: one that is kept may lead elsewhere than where the name leads now.
      agent: false,
      lookup: lookupOf(target),
      signal,
      ...(isTls && { servername: isIP(host) === 0 ? host : '', ...(ca !== undefined && { ca }) }),
    })
    let status: number | undefined
    // Once the status is known, how the rest of the answer fails says nothing more.
    const end = (error: Error): void => {
      if (status === undefined) reject(error)
      else resolve(status)
      request.destroy()
    }
    request.on('response', (response) => {
      status = response.statusCode ?? 0
      readToTheEnd(response, end)
    })
    request.on('error', end)
    request.on('close', () => end(new RefusedTarget('The connection was closed without an answer.')))
    request.end(body)
  })
}

/** Hands out what was checked: a name that leads elsewhere meanwhile is not asked again. */
function lookupOf({ addresses }: Target): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_name, { all }, done) => (all ? done(null, found) : done(null, found[0]?.address ?? '', found[0]?.family))
}

function readToTheEnd(response: IncomingMessage, end: (error: Error) => void): void {
  const enough = new Error('enough')
  let read = 0
  response.on('data', (chunk: Buffer) => {
    read += chunk.length
    if (read > MAX_ANSWER) end(enough)
  })
  response.on('end', () => end(enough))
  response.on('error', end)
}

/** Rejects as soon as the signal says so, whatever a resolver goes on doing. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(new Error('aborted'))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}

/** A sentence, or the code by which Node names the error: texts of libraries may quote what they were given. */
function failureOf(error: unknown): string {
  if (error instanceof RefusedTarget) return error.message
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? `No connection: ${code}.` : 'No connection.'
}
