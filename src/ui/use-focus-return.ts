import { useCallback, useState } from 'react'

/**
 * For a dialog that is opened by being mounted: gives the focus back to what had it before. What was chosen in a menu is
 * gone with the menu, so its button is taken; where that is gone too, the page's content.
 */
export function useFocusReturn(): (event: Event) => void {
  const [opener] = useState(openerOfNow)
  return useCallback(
    (event) => {
      event.preventDefault()
      const target = opener?.isConnected ? opener : document.getElementById('content')
      target?.focus()
    },
    [opener],
  )
}

function openerOfNow(): HTMLElement | null {
  const focused = document.activeElement
  const menuButton = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby')
  if (menuButton) return document.getElementById(menuButton)
  return focused instanceof HTMLElement && focused !== document.body ? focused : null
}
