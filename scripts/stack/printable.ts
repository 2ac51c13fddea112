/** A line of a part's output may be as long as this, characters. */
const MAX_LINE = 16_384

/**
 * One line of somebody else's output, fit for a terminal: control characters are written out, so that a text that somebody sent neither
 * moves the cursor, nor colours, nor begins a line of its own; and it is cut. Marks that turn the direction of writing are written out too.
 */
export function printable(line: string): string {
  const start = line.slice(0, MAX_LINE)
  const safe = start.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (one) =>
    one === '\t' ? one : `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  return line.length > MAX_LINE ? `${safe}…` : safe
}
