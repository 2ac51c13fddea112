const PLACE = 'latchkey.link'

/**
 * The session whose link this tab follows. It is kept for the tab alone, so that a reload goes on with it, and so does the browser of a
 * phone that threw the page out while its person was in WhatsApp. Nothing secret.
 */
export function keptLink(organizationId: string): string | null {
  try {
    const [organization, session] = (sessionStorage.getItem(PLACE) ?? '').split(' ')
    return organization === organizationId && session ? session : null
  } catch {
    return null
  }
}

export function keepLink(organizationId: string, sessionId: string): void {
  try {
    sessionStorage.setItem(PLACE, `${organizationId} ${sessionId}`)
  } catch {
    // A browser that keeps nothing for this page does not go on by itself; the row's button does.
  }
}

export function forgetLink(): void {
  try {
    sessionStorage.removeItem(PLACE)
  } catch {
    // Then nothing was kept either.
  }
}
