const TOAST_MS = 5000

let toastTimer

/** The element with that id. */
export const byId = (id) => document.getElementById(id)

/** Calls the simulator's API; addresses are relative, as the page may live below another path. */
export async function call(path, method = 'GET', body) {
  const response = await fetch(`api/${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error?.message ?? `The simulator answered ${response.status}.`)
  return answer
}

/** Tells how something went, for a few seconds. */
export function toast(text, kind = 'good') {
  const box = byId('toast')
  box.textContent = text
  box.className = `toast show ${kind}`
  clearTimeout(toastTimer)
  toastTimer = setTimeout(() => box.classList.remove('show'), TOAST_MS)
}

/** Does what a button says, tells how it went, and has the page drawn anew. */
export async function perform(control, work, done) {
  control.disabled = true
  try {
    await work()
    toast(done)
  } catch (error) {
    toast(error.message, 'bad')
  } finally {
    control.disabled = false
    document.dispatchEvent(new Event('changed'))
  }
}
