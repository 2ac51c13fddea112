import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Controls } from '../controls.ts'
import { isLoopbackHost, isLoopbackUrl } from '../loopback.ts'
import type { Director } from '../scenario/director.ts'
import type { Log } from '../settings.ts'
import { problem, send } from './answers.ts'
import type { Answer } from './answers.ts'
import { readJson } from './body.ts'
import { isPagePath, sendPage } from './page.ts'
import { createRoutes } from './routes.ts'

/** Serves the admin API and the page "Phone" over a simulator's controls. */
export function createAdmin(controls: Controls, director: Director, log: Log): RequestListener {
  const routes = createRoutes(controls, director)

  const answer = async (request: IncomingMessage, path: string): Promise<Answer> => {
    const matches = routes.flatMap((route) => {
      const parts = matchPath(route.path, path)
      return parts ? [{ route, parts }] : []
    })
    if (matches.length === 0) return problem(404, 'not_found', 'There is nothing at this address.')
    const match = matches.find(({ route }) => route.method === request.method)
    if (!match) {
      const allow = matches.map(({ route }) => route.method).join(', ')
      return { ...problem(405, 'method_not_allowed', `This address takes ${allow}.`), headers: { allow } }
    }
    const body = await readJson(request)
    if (body.ok) return match.route.act(match.parts, body.value)
    // The rest of an oversized body is not read, so the connection cannot be used again.
    if (body.code === 'too_large')
      return { ...problem(413, 'payload_too_large', 'The body is larger than 64 KiB.'), headers: { connection: 'close' } }
    return problem(400, 'invalid_input', 'The body is not JSON.', 'body')
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://simulator').pathname
    if (!isFromHere(request)) return send(response, problem(403, 'not_local', 'Only this machine may ask.'))
    if (request.method === 'GET' && isPagePath(path)) return sendPage(response, path)
    send(response, await answer(request, path))
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log('a request failed', { reason: error instanceof Error ? error.message : String(error) })
      if (response.headersSent) response.destroy()
      else send(response, problem(500, 'internal', 'The simulator failed; its log says more.'))
    })
  }
}

/** A page elsewhere can make a browser call loopback: its name for this host, or its origin, gives it away. */
function isFromHere({ headers }: IncomingMessage): boolean {
  return isLoopbackHost(headers.host) && (headers.origin === undefined || isLoopbackUrl(headers.origin))
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const parts: Record<string, string> = {}
  for (const [index, want] of wanted.entries()) {
    const got = given[index] ?? ''
    if (want.startsWith(':')) parts[want.slice(1)] = decode(got)
    else if (want !== got) return undefined
  }
  return parts
}

/** Malformed escapes are left as they are: the schema of the part refuses them. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
