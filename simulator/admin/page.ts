import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/phone.css': { file: 'phone.css', type: 'text/css; charset=utf-8' },
  '/parts.css': { file: 'parts.css', type: 'text/css; charset=utf-8' },
  '/actions.js': { file: 'actions.js', type: 'text/javascript; charset=utf-8' },
  '/talk.js': { file: 'talk.js', type: 'text/javascript; charset=utf-8' },
  '/phone.js': { file: 'phone.js', type: 'text/javascript; charset=utf-8' },
  '/view.js': { file: 'view.js', type: 'text/javascript; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Whether the page "Phone" has a file at that path. */
export function isPagePath(path: string): boolean {
  return Object.hasOwn(FILES, path)
}

/** Sends one of the page's files. */
export async function sendPage(response: ServerResponse, path: string): Promise<void> {
  const entry = FILES[path]
  if (!entry) throw new Error(`the page has no file at ${path}`)
  const content = await readFile(new URL(`../page/${entry.file}`, import.meta.url))
  response.writeHead(200, {
    'content-type': entry.type,
    'content-length': content.length,
    'cache-control': 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  })
  response.end(content)
}
