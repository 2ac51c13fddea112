/**
 * What may be said of things that others made: values that somebody logs, errors that a library throws. Whoever holds a QR, a pairing code
 * or a key can take an account over, and libraries quote what they were given.
 */

/** Texts are cut here, characters; fields that have taken as many as `MAX_LINE` of the line end with what they are at. */
const MAX_TEXT = 500
const MAX_LINE = 4000
const MAX_DEPTH = 3
const MAX_ENTRIES = 30

const HIDDEN = '[secret]'
const CUT = '[cut]'

/** Compared without case, hyphens and underscores. */
const SECRET_NAME =
  /^(?:qr|code|pairingcode|private|privkey|seed|dek|kek|jwt|jwk|jwks)$|(?:creds|credentials?|keys?|keypair|tokens?|authorization|secrets?|passwords?|cookies?)$/

/** How secrets look in the middle of a sentence: bytes as Node shows them, signed tokens, API keys, QRs, keys as base64 and hex. */
const SECRET_SHAPE = new RegExp(
  [
    String.raw`<Buffer[^>]*>?`,
    String.raw`\d{1,3}(?:, ?\d{1,3}){15,}`,
    String.raw`\beyJ[\w-]{8,}(?:\.[\w-]*)*`,
    String.raw`\bsb_secret_\w*`,
    String.raw`\b[A-Za-z0-9]{0,3}@[A-Za-z0-9+/=,]{40,}`,
    // Looked for where such a run begins only: from each of its places, a text of slashes would take the square of its length.
    String.raw`(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={1,2}`,
    // Long names with the id of a session in them are names of files.
    String.raw`(?![\w+-]*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-)[\w+-]{40,}`,
  ].join('|'),
  'g',
)

/** A text on one line, of bounded length, without what looks like a secret. */
export function harmlessText(text: string): string {
  // What is cut off is never looked at, and what the cut leaves of a secret still looks like one unless it is short.
  const start = text.length > 4 * MAX_TEXT ? text.slice(0, 4 * MAX_TEXT) : text
  const safe = start.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ').replace(SECRET_SHAPE, HIDDEN)
  return safe.length > MAX_TEXT || start !== text ? `${safe.slice(0, MAX_TEXT)}${CUT}` : safe
}

/** Fields for the log: plain values, three levels deep, bounded as a whole; what has the name of a secret is hidden, bytes are only counted. */
export function harmlessFields(fields: unknown): Record<string, unknown> {
  const budget: Budget = { left: MAX_LINE }
  const value = harmless(fields, 0, budget)
  return isRecord(value) ? value : { value }
}

/** What is left of the line, characters. */
type Budget = { left: number }

function harmless(value: unknown, depth: number, budget: Budget): unknown {
  if (Array.isArray(value) && depth < MAX_DEPTH) return harmlessList(value, depth, budget)
  if (isRecord(value) && depth < MAX_DEPTH) return harmlessRecord(value, depth, budget)
  return spent(budget, harmlessLeaf(value))
}

function harmlessLeaf(value: unknown): string | number | boolean | null | undefined {
  if (typeof value === 'string') return harmlessText(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value
  if (typeof value !== 'object') return `[${typeof value}]`
  if (value instanceof Error) return reasonOf(value)
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  // An object of a class has its secrets where nobody expects them: accessors, `toJSON`, symbols.
  return Array.isArray(value) || isRecord(value) ? CUT : '[object]'
}

function harmlessList(list: readonly unknown[], depth: number, budget: Budget): unknown[] {
  const kept: unknown[] = []
  for (const one of list.slice(0, MAX_ENTRIES)) {
    if (budget.left <= 0) return [...kept, CUT]
    kept.push(harmless(one, depth + 1, budget))
  }
  return kept
}

function harmlessRecord(record: Record<string, unknown>, depth: number, budget: Budget): Record<string, unknown> {
  const kept: [string, unknown][] = []
  for (const [name, one] of Object.entries(record).slice(0, MAX_ENTRIES)) {
    if (budget.left <= 0) return Object.fromEntries([...kept, [CUT, CUT]])
    kept.push([spent(budget, fieldName(name)), isSecretName(name) ? spent(budget, HIDDEN) : harmless(one, depth + 1, budget)])
  }
  return Object.fromEntries(kept)
}

/** What is written takes as much of the line as JSON makes of it: half a character can be six. */
function spent<T extends string | number | boolean | null | undefined>(budget: Budget, written: T): T {
  budget.left -= (JSON.stringify(written) ?? '').length + 1
  return written
}

/** What every object has by another meaning would be called by whoever writes the line. */
function fieldName(name: string): string {
  return name in Object.prototype ? `${name}_` : harmlessText(name)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''))
}

/** The message of whatever was thrown, for the log, the database and people. Parsers quote what they could not parse: theirs is replaced. */
export function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'cannot be parsed'
  if (error instanceof Error && 'issues' in error) return 'is not of the shape that it should have'
  if (error instanceof Error) return harmlessText(error.message)
  return typeof error === 'string' ? harmlessText(error) : `something was thrown that is no error but: ${typeof error}`
}

/** Where something that nobody expected happened. Neither its message nor its fields: of a stranger's error nobody knows what is in them. */
export function traceOf(error: unknown): { error: string; errno: string | undefined; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, errno: undefined, at: [] }
  const { code } = error as NodeJS.ErrnoException
  return {
    error: /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error',
    errno: typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined,
    at: placesIn(error),
  }
}

/** `worker/engine.ts:12:3`: of each frame the file, below the folder of its package or of this project. */
const FRAME = /^\s+at .*?(?:[\\/](?=node_modules[\\/]|worker[\\/]|domain[\\/])|(?=node:))([^\\/ ()][^ ()]*:\d+:\d+)\)?$/

function placesIn({ stack = '', message }: Error): string[] {
  // A message may look like frames: only what stands behind it is read.
  const from = message === '' ? 0 : stack.lastIndexOf(message) + message.length
  return stack
    .slice(from)
    .split('\n')
    .flatMap((line) => FRAME.exec(line)?.[1] ?? [])
    .slice(0, 10)
    .map((place) => place.slice(0, 120))
}
