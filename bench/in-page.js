// Runs in the page before its own scripts: notes when something was clicked and when what came of it stood in the document.
// Milliseconds since 1970, so that the bench and the other parts, on the same machine, can be set beside them.
const now = () => performance.timeOrigin + performance.now()
const rows = () => [...document.querySelectorAll('[data-session]')]
const fresh = () => ({
  known: new Set(rows().map((row) => row.dataset.session)),
  click: 0,
  ask: 0,
  qrs: [],
  code: 0,
  linking: 0,
  dialog: 0,
  row: 0,
})
globalThis.marks = fresh()
// The browser keeps 250 calls and then no more; the page's polls alone are soon that many.
performance.setResourceTimingBufferSize(100_000)

document.addEventListener(
  'click',
  (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (button?.textContent?.includes('Connect device')) globalThis.marks = { ...fresh(), click: now() }
    if (button?.textContent?.includes('Get a code')) globalThis.marks.ask = now()
  },
  true,
)

let lastQr = ''
new MutationObserver(() => {
  const { marks } = globalThis
  const dialog = document.querySelector('[role="dialog"]')
  const qr = dialog?.querySelector('[role="img"][aria-label="QR code"] path')?.getAttribute('d') ?? ''
  if (qr && qr !== lastQr) marks.qrs.push(now())
  lastQr = qr
  const says = (text) => [...(dialog?.querySelectorAll('p') ?? [])].some((one) => one.textContent === text)
  if (marks.code === 0 && dialog?.querySelector('[data-pairing-code]')) marks.code = now()
  if (marks.linking === 0 && says('Linking…')) marks.linking = now()
  if (marks.dialog === 0 && says('Connected')) marks.dialog = now()
  const isConnected = (row) => [...row.children].some((one) => one.textContent === 'connected')
  if (marks.row === 0 && rows().some((row) => !marks.known.has(row.dataset.session) && isConnected(row))) marks.row = now()
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
