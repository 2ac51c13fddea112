import { REQUEST_ID_HEADER } from '#domain/request-id.ts'
import { METHODS } from './route.ts'

/** What supabase-js sends along, and what the dashboard calls its calls. */
const HEADERS = `authorization, apikey, content-type, x-client-info, ${REQUEST_ID_HEADER}`
/** What a page may read of an answer beside its body. */
const EXPOSED = `retry-after, ${REQUEST_ID_HEADER}`

/** The answer to a browser's question whether it may call from another origin. */
export function answerPreflight(request: Request, allowed: ReadonlySet<string>): Response {
  const headers = originHeaders(request, allowed)
  if (headers['access-control-allow-origin']) {
    headers['access-control-allow-methods'] = METHODS.join(', ')
    headers['access-control-allow-headers'] = HEADERS
    headers['access-control-max-age'] = '600'
  }
  return new Response(null, { status: 204, headers })
}

/** Lets pages of the allowed origins read `response`. There are no cookies, hence no credentials to allow. */
export function withCors(response: Response, request: Request, allowed: ReadonlySet<string>): Response {
  for (const [name, value] of Object.entries(originHeaders(request, allowed))) response.headers.set(name, value)
  return response
}

function originHeaders(request: Request, allowed: ReadonlySet<string>): Record<string, string> {
  const origin = request.headers.get('origin')
  const vary = { vary: 'origin' }
  if (origin === null || !allowed.has(origin)) return vary
  return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED }
}
