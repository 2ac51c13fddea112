/** Whole numbers as people list them: 1, 2, 3 and 7 are "1–3, 7". */
export function ranges(numbers: readonly number[]): string {
  const spans: { from: number; to: number }[] = []
  for (const number of [...numbers].toSorted((a, b) => a - b)) {
    const last = spans.at(-1)
    if (last && number <= last.to + 1) last.to = number
    else spans.push({ from: number, to: number })
  }
  return spans.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(', ')
}
