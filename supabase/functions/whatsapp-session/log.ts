/** As pino numbers them, so that the worker's lines and these are read by one program. */
const LEVEL = { info: 30, error: 50 } as const
/** A text of somebody else's is cut here, characters. */
const MAX_TEXT = 300

/** What a line tells. No token, no phone number, no text of a message and no answer of the worker's is among it. */
export type Fields = Record<string, string | number | boolean | null | undefined>

/** Writes one line of JSON. Whatever a text holds, it stays one line, of bounded length and fit to be printed. */
export function log(level: keyof typeof LEVEL, fields: Fields, message: string): void {
  const line = JSON.stringify({ level: LEVEL[level], time: new Date().toISOString(), part: 'edge', ...harmless(fields), msg: message })
  if (level === 'error') console.error(line)
  else console.log(line)
}

function harmless(fields: Fields): Fields {
  const plain = (value: Fields[string]) =>
    typeof value === 'string' ? value.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ').slice(0, MAX_TEXT) : value
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]))
}
