/** So that Excel reads the file as UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

export type Cell = string | number | boolean | null

/** A table as RFC 4180 writes it. */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + [columns, ...rows].map((cells) => `${cells.map(written).join(',')}\r\n`).join('')
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: somebody may have named their session
 * `=HYPERLINK(…)`, and whoever opens the file is not to be its victim.
 */
function written(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The signs that begin one, also in full width, and what a spreadsheet skips to find one. */
const FORMULA = /^[\s\p{Cf}\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u
