import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { type Headers, securityHeaders } from './security-headers.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

const HEADERS = securityHeaders()

type Representation = { body: Buffer; headers: Record<string, string> }
/** `packed`: the same, compressed; what would not become much smaller is not. */
type PageFile = Representation & { packed: Representation | null }

const pack = promisify(gzip)
/** A packed file is sent when it is smaller than this part of the file. */
const WORTH_PACKING = 0.9
/** Answers a request for a file of the page. */
export type Page = (request: IncomingMessage, response: ServerResponse, path: string) => void

/**
 * Reads the built page into memory. What is not in there cannot be asked for, so no path leads out of the folder. Paths that
 * name no file get the page itself, which knows its own routes; a missing file of `/assets/` is missing.
 */
export async function loadPage(folder: string): Promise<Page> {
  const files = await readFiles(folder, HEADERS)
  const index = files.get('/index.html')
  if (!index) throw new Error(`There is no page in ${folder}`)
  return serve((path) => files.get(path) ?? (path.startsWith('/assets/') || extname(path) !== '' ? undefined : index))
}

/** Reads a page of plain files: one path, one file. `also`: files from elsewhere, beside its `index.html`. `headers` go with each. */
export async function loadFiles(folder: string, also: readonly string[], headers: Headers): Promise<Page> {
  const files = await readFiles(folder, headers)
  for (const path of also) files.set(`/${basename(path)}`, await readPageFile(dirname(path), path, headers))
  return serve((path) => files.get(path === '/' ? '/index.html' : path))
}

async function readFiles(folder: string, headers: Headers): Promise<Map<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async (path) => [urlOf(folder, path), await readPageFile(folder, path, headers)] as const)))
}

function serve(find: (path: string) => PageFile | undefined): Page {
  return (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('This address is only read.\n')
      return
    }
    const file = find(path)
    if (!file) {
      response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain' }).end('There is no such file.\n')
      return
    }
    const { body, headers } = (takesGzip(request) && file.packed) || file
    if (request.headers['if-none-match'] === headers['etag']) {
      response.writeHead(304, headers).end()
      return
    }
    response.writeHead(200, { ...headers, 'content-length': body.byteLength })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

function takesGzip(request: IncomingMessage): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(request.headers['accept-encoding'] ?? '')
}

function urlOf(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`
}

async function readPageFile(folder: string, path: string, common: Headers): Promise<PageFile> {
  const body = await readFile(path)
  const isHashed = urlOf(folder, path).startsWith('/assets/')
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  const headers = {
    ...common,
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: `"${etag}"`,
  }
  const packed = await pack(body)
  if (packed.byteLength > body.byteLength * WORTH_PACKING) return { body, headers, packed: null }
  return { body, headers, packed: { body: packed, headers: { ...headers, etag: `"${etag}.gz"`, 'content-encoding': 'gzip' } } }
}
