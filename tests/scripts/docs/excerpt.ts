const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const tidy = (text: string) => text.replaceAll(/[ \t]+$/gm, '').replaceAll(/^\n+|\n+$/g, '')

/**
 * Whether an output has these lines, one after another. `…` stands for anything on its line, and on a line of its own for any number of lines.
 * What an output says before and after is not judged: npm, for one, begins with the name of the script.
 */
export function hasExcerpt(output: string, expected: string): boolean {
  const lines = tidy(expected).split('\n')
  const pattern = lines.map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${line.split('…').map(escaped).join('.*')}\n`)).join('')
  return new RegExp(`^${pattern}`, 'm').test(`${tidy(output)}\n`)
}
