// Runs in the page before its own scripts: notes when "Connect device" was clicked and when its QR stood in the document.
globalThis.marks = { click: 0, drawn: 0 }
// The browser keeps 250 calls and then no more; the page's polls alone are soon that many.
performance.setResourceTimingBufferSize(100_000)

document.addEventListener(
  'click',
  (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (button?.textContent?.includes('Connect device')) Object.assign(globalThis.marks, { click: performance.now(), drawn: 0 })
  },
  true,
)

new MutationObserver(() => {
  const { marks } = globalThis
  if (marks.drawn === 0 && document.querySelector('[role="dialog"] [role="img"][aria-label="QR code"]')) marks.drawn = performance.now()
}).observe(document, { subtree: true, childList: true, attributes: true })
