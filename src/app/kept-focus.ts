/** How long others have to say where the focus goes (a dialog gives it back to its opener), milliseconds. */
const OTHERS_FIRST = 60

/** What stands in a list, and can take the focus when its neighbour is gone. */
const USABLE = 'a[href], button:not(:disabled), input:not(:disabled)'

/** What had the focus last, and where that was. */
type Place = {
  element: HTMLElement
  /** What is around it and can take the focus, from the inside out. */
  around: HTMLElement[]
  list: Element | null
  /** Of its item in the list. */
  index: number
}

/**
 * Whoever comes by keyboard or listens must not be thrown back to the beginning of the page when what they were at is taken away: a row
 * that is deleted, a button that is busy, a link that led to another page. The focus then goes to the next item of the list, to what was
 * around, or to the page's content; a button that was busy gets it back. Returns what ends it.
 */
export function keepFocus(page: Document): () => void {
  let last: Place | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const isLost = () => last !== null && (page.activeElement === page.body || page.activeElement === null)

  const follow = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement) last = placeOf(openerOf(target) ?? target)
  }
  // Who clicks beside everything wants no focus.
  const forget = () => {
    if (isLost()) last = null
  }
  const giveBack = () => {
    timer = undefined
    if (last && isLost()) nextOf(last)?.focus()
  }
  const look = () => {
    if (isLost()) timer ??= setTimeout(giveBack, OTHERS_FIRST)
  }
  const changes = new MutationObserver(look)
  changes.observe(page.body, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  page.addEventListener('focusin', follow)
  page.addEventListener('click', forget, true)
  return () => {
    changes.disconnect()
    clearTimeout(timer)
    page.removeEventListener('focusin', follow)
    page.removeEventListener('click', forget, true)
  }
}

/** A menu is gone once something of it is chosen; what it hangs at is not. */
function openerOf(item: HTMLElement): HTMLElement | null {
  return document.getElementById(item.closest('[role=menu]')?.getAttribute('aria-labelledby') ?? '')
}

function placeOf(element: HTMLElement): Place {
  const around: HTMLElement[] = []
  for (let one = element.parentElement; one; one = one.parentElement) if (one.hasAttribute('tabindex')) around.push(one)
  const item = element.closest('li')
  const list = item?.parentElement ?? null
  return { element, around, list, index: item && list ? [...list.children].indexOf(item) : 0 }
}

/** `null`: it is still there, and can soon be used again. */
function nextOf({ element, around, list, index }: Place): HTMLElement | null {
  if (element.isConnected) return element.matches(':disabled') ? null : element
  const items = list?.isConnected ? [...list.children] : []
  const neighbour = items[Math.min(index, items.length - 1)]?.querySelector<HTMLElement>(USABLE)
  return neighbour ?? around.find(({ isConnected }) => isConnected) ?? document.querySelector('main')
}
