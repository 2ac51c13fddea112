/** What is said in passing. The library that shows it is fetched for the first word: most visits end without one. */
type Kind = 'message' | 'success' | 'warning' | 'error'

let show: (() => void) | null = null
let shown: Promise<void> | null = null

/** The place where toasts stand calls this with what brings it up; it answers with what is to be called once it stands. */
export function toastsShownBy(bringUp: () => void): () => void {
  const standing = Promise.withResolvers<void>()
  shown = standing.promise
  show = bringUp
  return standing.resolve
}

/** A second line, and what can be done about it. */
type More = { description: string; action: { label: string; onClick: () => void } }

async function say(kind: Kind, text: string, more?: More): Promise<void> {
  show?.()
  const [{ toast }] = await Promise.all([import('sonner'), shown])
  toast[kind](text, more)
}

export const toast = {
  message: (text: string) => void say('message', text),
  success: (text: string) => void say('success', text),
  warning: (text: string) => void say('warning', text),
  error: (text: string, more?: More) => void say('error', text, more),
}
