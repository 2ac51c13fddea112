/** Digits as people read them: +51 987 654 321. */
export function formatPhone(digits) {
  const country = digits.startsWith('1') || digits.startsWith('7') ? 1 : 2
  return `+${digits.slice(0, country)} ${digits.slice(country).replace(/\B(?=(\d{3})+$)/g, ' ')}`
}

/** How long ago, in words. */
export function ago(iso, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return new Date(iso).toLocaleDateString()
}

/** A button that does one thing. */
export function button(label, className, act) {
  const element = document.createElement('button')
  element.type = 'button'
  element.className = className
  element.textContent = label
  element.addEventListener('click', act)
  return element
}

/** An element with a class and text. */
export function element(tag, className, text = '') {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

/** Changes a text only when it differs, so that a screen reader and a selection are left in peace. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text
}

const SVG = 'http://www.w3.org/2000/svg'

/** The round picture of a device. */
export function deviceIcon() {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', 'M4.5 5.5h15a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM9 20h6M12 16.5V20')
  svg.append(path)
  return svg
}

/**
 * Keeps a list's elements in step with its items: an item keeps its element from one second to the next, and with it
 * the keyboard's focus.
 */
export function keyedList(container, create) {
  const rows = new Map()
  return (items, keyOf) => {
    const keys = new Set(items.map(keyOf))
    for (const [key, row] of rows) {
      if (keys.has(key)) continue
      row.element.remove()
      rows.delete(key)
    }
    for (const [index, item] of items.entries()) {
      const key = keyOf(item)
      const row = rows.get(key) ?? create(item)
      rows.set(key, row)
      if (container.children[index] !== row.element) container.insertBefore(row.element, container.children[index] ?? null)
      row.update(item)
    }
  }
}
