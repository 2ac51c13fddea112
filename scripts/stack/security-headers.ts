import { createHash } from 'node:crypto'

/**
 * `supabaseUrl`: where the project answers, where that is not the page's own origin. `realtime`: the page listens there, as `/config.json`
 * says. `https`: the page is served over TLS, for good.
 */
export type Serving = { supabaseUrl?: string; realtime?: boolean; https?: boolean }
export type Headers = Readonly<Record<string, string>>

/**
 * The headers of the dashboard's files, wherever they are served. Scripts and styles come as files of the page's own origin: nothing inline,
 * nothing evaluated, and no string becomes markup (trusted types). It talks to its own origin and to the project's.
 * @throws TypeError when `supabaseUrl` is none.
 */
export function securityHeaders({ supabaseUrl, realtime = false, https = false }: Serving = {}): Headers {
  const project = supabaseUrl === undefined ? [] : originsOf(supabaseUrl, realtime)
  return {
    ...EACH_PAGE,
    'content-security-policy': policy({
      ...EACH_POLICY,
      'font-src': ["'self'"],
      'connect-src': ["'self'", ...project],
      'manifest-src': ["'self'"],
      'form-action': ["'self'"],
    }),
    ...(https && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  }
}

const EACH_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
}

const EACH_PAGE: Headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': ['camera', 'microphone', 'geolocation', 'payment', 'usb'].map((name) => `${name}=()`).join(', '),
}

/** For the page of the API: files of its own and nothing else. */
export const PLAIN_PAGE_HEADERS: Headers = {
  ...EACH_PAGE,
  'content-security-policy': policy({ ...EACH_POLICY, 'connect-src': ["'self'"], 'form-action': ["'none'"] }),
}

/** For a page that is one piece of markup with this one `<style>` in it, and nothing else. */
export function lonePageHeaders(style: string): Headers {
  const hash = createHash('sha256').update(style).digest('base64')
  return {
    ...EACH_PAGE,
    'content-security-policy': policy({
      'default-src': ["'none'"],
      'style-src': [`'sha256-${hash}'`],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    }),
  }
}

function policy(directives: Record<string, readonly string[]>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')
}

/** Of an address with a path only the origin counts; its socket is of the same host. */
function originsOf(url: string, realtime: boolean): string[] {
  const { protocol, origin, host } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError(`${url} is no address of a project`)
  return realtime ? [origin, `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`] : [origin]
}
