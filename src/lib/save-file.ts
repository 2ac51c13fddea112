/** How long a browser may take to begin with a file that it was given, milliseconds. */
const BEGINS_WITHIN = 60_000

/** Has the browser save a text as a file. */
export function saveFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), BEGINS_WITHIN)
}
