/** Reads a file as RFC 4180 says, strictly: each line ends with CRLF, all have as many cells. Answers with one object per line. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = []
  let record: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  for (let at = 0; at < text.length; at = cell.lastIndex) {
    cell.lastIndex = at
    const found = cell.exec(text)
    if (!found) throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`)
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === ',') continue
    records.push(record)
    record = []
  }
  if (record.length > 0) throw new Error('the last line does not end')
  const [names = [], ...rows] = records
  return rows.map((row) => {
    if (row.length !== names.length) throw new Error(`${row.length} cells below ${names.length} columns`)
    return Object.fromEntries(names.map((name, index) => [name, row[index] ?? '']))
  })
}
