/** What this browser keeps of somebody's choices. Nothing secret; where storage is refused, a choice lasts as long as the page. */
const PLACE = 'latchkey.'

/** What was chosen, if it is still one of the choices. */
export function kept<Choice extends string>(name: string, choices: readonly Choice[]): Choice | null {
  const text = keptText(name)
  return choices.find((choice) => choice === text) ?? null
}

/** What was chosen, whatever it is. */
export function keptText(name: string): string | null {
  try {
    return localStorage.getItem(PLACE + name)
  } catch {
    return null
  }
}

export function keep(name: string, choice: string): void {
  try {
    localStorage.setItem(PLACE + name, choice)
  } catch {
    // A browser that keeps nothing for this page asks again the next time.
  }
}
