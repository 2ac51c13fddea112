import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DashboardConfig } from '#domain/config.ts'
import { errorBody } from '#domain/errors.ts'
import type { Page } from './page.ts'
import { pass } from './proxy.ts'
import { lonePageHeaders } from './security-headers.ts'
import { StartError } from './start-error.ts'

/** What lies behind the one origin. Parts that are not run have no port. */
export type Behind = { api?: number; edge?: number; simulator?: number; page?: Page; apiDocs?: Page }

export type Front = {
  port: number
  /** `http://127.0.0.1:<port>` */
  url: string
  /** From now on the parts answer. */
  connect(behind: Behind): void
  /** From now on `/config.json` answers: everything is ready. */
  open(config: Omit<DashboardConfig, 'supabaseUrl'>): void
  close(): Promise<void>
}

/** The edge function's address on Supabase; the hosted gateway takes the first two parts off, and so do we. */
const FUNCTIONS = '/functions/v1'
const FUNCTION = `${FUNCTIONS}/whatsapp-session`
/** The simulator's page is below this, and asks its own API by relative addresses. */
const PHONE = '/phone'
/** The documents of the API as a page. */
const API_DOCS = '/api-docs'
/** It stands before the dashboard is built, so it must do without it. */
const STARTING_STYLE = `
    body { display: grid; place-content: center; min-height: 100vh; margin: 0; font-family: system-ui, sans-serif; text-align: center }
    h1 { font-size: 1.125rem; margin: 0 }
    p { opacity: 0.7; margin: 0.25rem 1rem }
  `
const STARTING_HEADERS = {
  ...lonePageHeaders(STARTING_STYLE),
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'retry-after': '1',
}
const STARTING_PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <meta name="color-scheme" content="light dark">
  <meta http-equiv="refresh" content="1">
  <title>Latchkey</title>
  <style>${STARTING_STYLE}</style>
  <body>
    <h1>Latchkey is starting</h1>
    <p>This page opens as soon as all parts are ready.</p>
  </body>
</html>
`
/** Loopback, whatever port a tunnel gives it. A page elsewhere that points its name at us does not get in. */
const OUR_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/

/**
 * Opens the one origin of a stack on 127.0.0.1. It answers 503 until the parts are there.
 * @param port 0 takes a free one.
 * @throws StartError when the port is taken.
 */
export async function openFront(port: number): Promise<Front> {
  let behind: Behind = {}
  let config: Omit<DashboardConfig, 'supabaseUrl'> | null = null

  const server = createServer((request, response) => {
    const host = request.headers.host ?? ''
    if (!OUR_HOST.test(host)) return refuse(response, 403, 'This address is for this machine only.')
    const url = request.url ?? '/'
    const path = url.split('?', 1)[0] ?? '/'
    if (!config && request.headers.accept?.includes('text/html')) return tellStarting(response)
    if (path === '/config.json') return answerConfig(response, host)
    if (isBelow(path, '/rest/v1') || isBelow(path, '/auth/v1')) return forward(request, response, behind.api, url)
    if (isBelow(path, FUNCTION)) return forward(request, response, behind.edge, url.slice(FUNCTIONS.length))
    if (path === PHONE) return void response.writeHead(308, { location: `${PHONE}/` }).end()
    if (isBelow(path, PHONE)) return forward(request, response, behind.simulator, url.slice(PHONE.length))
    if (path === API_DOCS) return void response.writeHead(308, { location: `${API_DOCS}/` }).end()
    if (behind.apiDocs && isBelow(path, API_DOCS)) return behind.apiDocs(request, response, path.slice(API_DOCS.length))
    if (!behind.page) return refuse(response, 503, 'Latchkey is starting.')
    behind.page(request, response, path)
  })

  function answerConfig(response: ServerResponse, host: string): void {
    if (!config) return refuse(response, 503, 'Latchkey is starting.')
    const body: DashboardConfig = { supabaseUrl: `http://${host}`, ...config }
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
  }

  const taken = await listen(server, port)
  return {
    port: taken,
    url: `http://127.0.0.1:${taken}`,
    connect: (parts) => (behind = parts),
    open: (values) => (config = values),
    close: async () => {
      config = null
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new StartError(`Port ${port} is taken. Stop what uses it, or choose another: PORT=${port < 65_535 ? port + 1 : 5180} npm start`)
    if (code === 'EACCES') throw new StartError(`Port ${port} may not be used by this account. Choose another: PORT=5180 npm start`)
    throw error
  }
  return (server.address() as AddressInfo).port
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function forward(request: IncomingMessage, response: ServerResponse, port: number | undefined, path: string): void {
  if (port === undefined) return refuse(response, 503, 'This part is not running.')
  pass(request, response, port, path)
}

/** For who opens the page too early: it looks again by itself. */
function tellStarting(response: ServerResponse): void {
  response.writeHead(503, STARTING_HEADERS).end(STARTING_PAGE)
}

function refuse(response: ServerResponse, status: 403 | 503, message: string): void {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...(status === 503 && { 'retry-after': '1' }) }
  response.writeHead(status, headers).end(JSON.stringify(errorBody(status === 403 ? 'forbidden' : 'not_ready', message)))
}
