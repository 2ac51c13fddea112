// Runs in the page before its own scripts: notes when the list could be used, when what was typed stood in it, and what the browser itself
// notes of drawing, shifting, answering and long tasks. Milliseconds since the page began to load.
globalThis.noted = { usable: 0, keys: [], lcp: 0, cls: 0, interactions: [], longTasks: [], rows: 0 }
const { noted } = globalThis

const observe = (type, take, options = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options })
observe('largest-contentful-paint', ({ startTime }) => (noted.lcp = startTime))
observe('layout-shift', ({ value, hadRecentInput }) => (noted.cls += hadRecentInput ? 0 : value))
observe('longtask', ({ startTime, duration }) => noted.longTasks.push({ startTime, duration }))
observe('event', ({ duration, interactionId }) => interactionId && noted.interactions.push(duration), { durationThreshold: 16 })

/** When keys were pressed whose rows do not stand yet. One that is followed by another too soon waits for the rows of that one. */
let pressed = []
let wasBusy = false
let key = 0
let query = ''
document.addEventListener('keydown', ({ timeStamp }) => (key = timeStamp), true)
document.addEventListener(
  'input',
  ({ target }) => {
    // A space at the end asks for nothing new.
    if (target.value.trim() !== query && target.value !== '') pressed.push(key)
    query = target.value.trim()
  },
  true,
)

const look = () => {
  const list = document.querySelector('ul[aria-busy]')
  const rows = list ? list.querySelectorAll('li').length : 0
  noted.rows = Math.max(noted.rows, rows)
  const button = [...document.querySelectorAll('main button')].find(({ textContent }) => textContent.includes('Connect device'))
  if (noted.usable === 0 && rows > 0 && button && !button.disabled) noted.usable = performance.now()
  if (pressed.length === 0 || !list) return
  if (list.ariaBusy === 'true') wasBusy = true
  else if (wasBusy) {
    const keys = pressed
    pressed = []
    wasBusy = false
    // The frame that shows it.
    requestAnimationFrame(() => noted.keys.push(...keys.map((at) => performance.now() - at)))
  }
}
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true })
