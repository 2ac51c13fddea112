import { cleanup, configure, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { StrictMode } from 'react'
import { toast } from 'sonner'
import { afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { App } from '../../../src/app/App.tsx'
// Loaded with the tests: the page fetches them apart, and the first test would pay for it.
import '../../../src/app/router.tsx'
import '../../../src/features/link/ConnectDialog.tsx'
import '../../../src/features/removal/OrderDialog.tsx'
import '../../../src/features/removal/RemovalDialog.tsx'
import '../../../src/pages/activity/ActivityPage.tsx'
import '../../../src/features/sessions/RowMenu.tsx'
import '../../../src/pages/session/SessionPage.tsx'
import '../../../src/features/sessions/StateMenu.tsx'
import '../../../src/pages/SignIn.tsx'
import '../../../src/ui/Toaster.tsx'
import '../../../src/words/en.ts'
import { fetchPhoneFormat } from '../../../src/lib/phone-label.ts'
import type { FakeServer } from './fake-server.ts'

configure({ asyncUtilTimeout: 3000 })

/** What a browser has and jsdom lacks. */
beforeAll(async () => {
  // So that numbers stand as they stand on a page that has been looked at for a moment.
  await fetchPhoneFormat()
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  window.matchMedia ??= (media) =>
    Object.assign(new EventTarget(), { media, matches: false, onchange: null, addListener() {}, removeListener() {} })
  for (const name of ['scrollIntoView', 'hasPointerCapture', 'setPointerCapture', 'releasePointerCapture'])
    if (!(name in Element.prototype)) Object.defineProperty(Element.prototype, name, { value: () => false })
})

const complaints = vi.spyOn(console, 'error')
beforeEach(() => {
  complaints.mockClear()
})
afterEach(() => {
  toast.dismiss()
  cleanup()
  localStorage.clear()
  sessionStorage.clear()
  const [complaint] = complaints.mock.calls
  if (complaint) throw new Error(`the page complained on the console: ${complaint.join(' ')}`)
})

/** Opens the whole page against a server, as somebody who is signed in or as a guest; `at`: its address. */
export function openPage(server: FakeServer, { signedIn = true, at = '/' } = {}) {
  if (signedIn) {
    const [host] = new URL(server.url).hostname.split('.')
    localStorage.setItem(`sb-${host}-auth-token`, JSON.stringify(server.signedIn()))
  }
  window.history.replaceState(null, '', at)
  const user = userEvent.setup()
  const page = render(
    <StrictMode>
      <App fetchHttp={server.fetch} />
    </StrictMode>,
  )
  return { user, ...page }
}

/** The row of a device, by its label. */
export async function row(label: string): Promise<HTMLElement> {
  const list = await screen.findByRole('list', { name: /Devices/ })
  const found = (await within(list).findByText(label)).closest('li')
  if (!found) throw new Error(`${label} is in no row`)
  return found
}

/** The labels that stand in the list of devices. */
export function labels(): string[] {
  const list = screen.queryByRole('list', { name: /Devices/, hidden: true })
  return list ? [...list.querySelectorAll('li .font-medium.truncate')].map((label) => label.textContent ?? '') : []
}
