import { ERROR_CODES } from '#domain/errors.ts'
import { STATUS_REASONS } from '#domain/reasons.ts'
import { render, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { viewAfter, viewAfterError } from '../../src/features/link/link-view.ts'
import { LinkPicture } from '../../src/features/link/LinkPicture.tsx'
import { InEnglish } from './support/in-english.tsx'
import { fakeSession } from './support/fake-rows.ts'
import { FakeServer, refusal } from './support/fake-server.ts'
import { pairingCode, qrEvent, statusEvent } from './support/fake-streams.ts'
import { openPage } from './support/open-page.tsx'

const ROUTE = '/request-pairing-code'
const NUMBER = '+51987654321'
const codeEvent = (...facts: Parameters<typeof pairingCode>) => ({ type: 'pairing_code' as const, ...pairingCode(...facts) })

/** Clicks "Connect device", shows a QR, and asks for the number instead. */
async function chooseNumber(server = new FakeServer()) {
  const page = openPage(server)
  await page.user.click(await screen.findByRole('button', { name: 'Connect device' }))
  const dialog = await screen.findByRole('dialog', { name: 'Connect device' })
  const stream = (index = 0) => vi.waitUntil(() => server.streams[index], { timeout: 3000 })
  const link = await stream()
  link.send(qrEvent(1, 60))
  await screen.findByRole('img', { name: 'QR code' })
  await page.user.click(within(dialog).getByRole('tab', { name: 'Pairing code' }))
  const field = await within(dialog).findByLabelText<HTMLInputElement>('Phone number')
  return { ...page, server, dialog, stream, link, field }
}

/** The same, and a number that was sent. */
async function askForCode(server = new FakeServer()) {
  const page = await chooseNumber(server)
  await page.user.type(page.field, '51987654321{Enter}')
  return page
}

const shown = () => document.querySelector('[data-pairing-code]')?.textContent ?? null
const drawn = () => screen.getByRole('img', { name: 'QR code' }).querySelector('path')?.getAttribute('d')
const asked = (server: FakeServer) => server.called('POST', ROUTE).map(({ body }) => body['phoneNumber'])

it('asks for the number, writes it as it is typed, and shows the code in two groups of four', async () => {
  const { server, dialog, link, field, user } = await chooseNumber()
  expect(document.activeElement).toBe(field)
  await within(dialog).findByText('Tap Link a device, then Link with phone number instead, and type the code.')
  await user.type(field, '0051987654321')
  await waitFor(() => expect(field.value).toBe('+51 987 654 321'))
  expect(within(dialog).getByText('Peru')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Get a code' }))
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  expect(asked(server)).toEqual([NUMBER])
  expect(server.called('POST', ROUTE)[0]?.path).toBe(`/functions/v1/whatsapp-session/${link.sessionId}/request-pairing-code`)

  // A screen reader spells it, and stands where it is.
  const code = within(dialog).getByText('Code: A B C D 1 2 3 4')
  const announced = code.closest('[aria-live=polite]')
  expect(announced?.contains(document.activeElement)).toBe(true)
  expect(within(dialog).getByText('For +51 987 654 321')).toBeTruthy()
  expect(within(dialog).getByText(/^Expires in [12]:\d\d$/)).toBeTruthy()
  expect(within(dialog).getByText(/only the phone knows/)).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'Copy code' }))
  expect(await navigator.clipboard.readText()).toBe('ABCD1234')

  link.send(statusEvent('linking'))
  await within(dialog).findByText('Linking…')
  expect(shown()).toBeNull()
  link.send(statusEvent('connected', { phoneNumber: NUMBER }))
  await within(dialog).findByText('+51 987 654 321 is linked and online.')
})

it('keeps the cursor where a digit is mended in the middle', async () => {
  const { field, user } = await chooseNumber()
  await user.type(field, '5198765421')
  await waitFor(() => expect(field.value).toBe('+51 987 654 21'))
  await user.type(field, '3', { initialSelectionStart: 11, initialSelectionEnd: 11 })
  expect(field.value).toBe('+51 987 654 321'.replace('4 3', '43 '))
  expect(field.selectionStart).toBe(12)
})

it.each([
  ['', 'Type the number of the phone that you want to link.'],
  ['+51 98', 'This number is too short for its country.'],
  ['+51 987 654 321 000 000', 'This number is too long for its country.'],
  ['0987 654 321', 'Begin with the country code, as in +51 987 654 321.'],
  ['call me', 'This is not a phone number. Write it as in +51 987 654 321.'],
])('says what is wrong with "%s" without asking anybody', async (typed, problem) => {
  const { server, dialog, field, user } = await chooseNumber()
  if (typed) await user.type(field, typed)
  await user.click(within(dialog).getByRole('button', { name: 'Get a code' }))
  expect((await within(dialog).findByRole('alert')).textContent).toBe(problem)
  expect(field.getAttribute('aria-invalid')).toBe('true')
  expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toBe(problem)
  await waitFor(() => expect(document.activeElement).toBe(field))
  expect(asked(server)).toEqual([])
  await user.type(field, '1')
  expect(within(dialog).queryByRole('alert')).toBeNull()
})

it('says it at the field when the server does not take the number', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith(ROUTE) ? refusal('invalid_input', { field: 'phoneNumber' }) : undefined)
  const { dialog, field } = await askForCode(server)
  await within(dialog).findByText(/The server does not take this number/)
  expect(field.getAttribute('aria-invalid')).toBe('true')
  expect(field.value).toBe('+51 987 654 321')
})

it.each([
  ['whatsapp_unavailable', 'WhatsApp gave no code for this number. Check the number, wait a moment and try again.'],
  ['link_ended', 'This attempt has ended. Ask for a new code.'],
  ['rate_limited', 'Too many tries. Wait a minute and try again.'],
  ['timeout', 'The worker took too long to answer. Try again.'],
] as const)('words %s, keeps the number, and tries again', async (code, words) => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith(ROUTE) ? refusal(code) : undefined)
  const { dialog, field, user } = await askForCode(server)
  expect((await within(dialog).findByRole('alert')).textContent).toBe(words)
  expect(field.getAttribute('aria-invalid')).toBeNull()
  server.intercept = () => undefined
  await user.click(within(dialog).getByRole('button', { name: 'Get a code' }))
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  expect(asked(server)).toEqual([NUMBER, NUMBER])
})

it('is connected when the server says that it is', async () => {
  const server = new FakeServer()
  server.intercept = ({ path }) => (path.endsWith(ROUTE) ? refusal('already_connected') : undefined)
  const { dialog } = await askForCode(server)
  expect(await within(dialog).findByText('Connected')).toBeTruthy()
})

it('a QR that is rotated meanwhile takes neither the number nor the code away, and is there on the way back', async () => {
  const { dialog, link, field, user } = await chooseNumber()
  await user.type(field, '5198')
  link.send(qrEvent(2))
  await waitFor(() => expect(field.value).toBe('+51 98'))
  expect(screen.queryByRole('img', { name: 'QR code' })).toBeNull()
  await user.type(field, '7654321{Enter}')
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  link.send(qrEvent(3))
  await user.click(within(dialog).getByRole('tab', { name: 'QR code' }))
  await screen.findByRole('img', { name: 'QR code' })
  const third = drawn()
  // The code that another tab asks for is not pressed upon who scans.
  link.send(codeEvent(NUMBER, 'WXYZ6789'))
  link.send(qrEvent(4))
  await waitFor(() => expect(drawn()).not.toBe(third))
  expect(shown()).toBeNull()
  await user.click(within(dialog).getByRole('tab', { name: 'Pairing code' }))
  expect(shown()).toBe('WXYZ-6789')
})

it('shows the code again after the stream was attached anew', async () => {
  const { link, stream } = await askForCode()
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  link.send({ type: 'retry' })
  const second = await stream(1)
  second.send(statusEvent('scan'))
  second.send(codeEvent(NUMBER))
  await waitFor(() => expect(link.isClosed).toBe(true))
  expect(shown()).toBe('ABCD-1234')
})

it('shows a code that is there already to who resumes the link', async () => {
  const server = new FakeServer([fakeSession({ display_name: 'Bodega', created_at: new Date().toISOString() })])
  const { user } = openPage(server)
  await user.click(await screen.findByRole('button', { name: 'Resume linking Bodega' }))
  const link = await vi.waitUntil(() => server.streams[0])
  for (const event of [statusEvent('scan'), qrEvent(2), codeEvent(NUMBER)]) link.send(event)
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  expect(asked(server)).toEqual([])
  expect(screen.queryByRole('img', { name: 'QR code' })).toBeNull()
})

it('shows no code of an attempt that is over', async () => {
  const { dialog, stream, link } = await askForCode()
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  link.send({ type: 'retry' })
  const second = await stream(1)
  second.send(statusEvent('scan'))
  second.send(qrEvent(1, 60))
  await waitFor(() => expect(shown()).toBeNull())
  expect(within(dialog).getByLabelText<HTMLInputElement>('Phone number').value).toBe('+51 987 654 321')
})

it('says that a code has expired, and gets a new one for the same number', async () => {
  const { server, dialog, link, user } = await askForCode()
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  link.send(codeEvent(NUMBER, 'PQRS2345', -1))
  await waitFor(() => expect(shown()).toBe('PQRS-2345'))
  expect(within(dialog).getByText('This code has expired')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'New code' }))
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  expect(within(dialog).queryByText('This code has expired')).toBeNull()
  expect(asked(server)).toEqual([NUMBER, NUMBER])
  expect(server.called('POST', '/start_session')).toEqual([])
})

it('begins another attempt with one click when the first has ended, and asks again', async () => {
  const { server, dialog, link, stream, user } = await askForCode()
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  link.send(statusEvent('ended', { reason: 'link_expired' }))
  await within(dialog).findByText('The code has expired')
  expect(within(dialog).getByText('Nobody typed it in time.')).toBeTruthy()
  await user.click(within(dialog).getByRole('button', { name: 'New code' }))
  const second = await stream(1)
  expect(second.sessionId).toBe(link.sessionId)
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  expect(server.called('POST', '/start_session')).toHaveLength(1)
  expect(asked(server)).toEqual([NUMBER, NUMBER])
})

it('takes another number, whose code takes the place of the first', async () => {
  const { server, dialog, user } = await askForCode()
  await waitFor(() => expect(shown()).toBe('ABCD-1234'))
  await user.click(within(dialog).getByRole('button', { name: 'Change number' }))
  const field = await within(dialog).findByLabelText<HTMLInputElement>('Phone number')
  await user.clear(field)
  await user.type(field, '51912000111{Enter}')
  await within(dialog).findByText('For +51 912 000 111')
  expect(asked(server)).toEqual([NUMBER, '+51912000111'])
})

it('Escape in the field cancels the link, and a code that comes late is shown to nobody', async () => {
  const server = new FakeServer()
  const late = Promise.withResolvers<Response>()
  server.intercept = ({ path }) => (path.endsWith(ROUTE) ? late.promise : undefined)
  const { dialog, user, link } = await askForCode(server)
  await within(dialog).findByText('Asking WhatsApp for a code…')
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(link.isClosed).toBe(true)
  expect(server.orders).toMatchObject([{ reason: 'cancel' }])
  late.resolve(new Response(JSON.stringify(pairingCode(NUMBER)), { headers: { 'content-type': 'application/json' } }))
  // Whatever comes of the answer has come by then.
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(shown()).toBeNull()
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('says that the account demands a passkey, why that ends the link, and what can be done', async () => {
  const { dialog, link } = await askForCode()
  link.send(statusEvent('ended', { reason: 'passkey_required' }))
  await within(dialog).findByText('This account demands a passkey')
  expect(within(dialog).getByText(/clients of WhatsApp Web like this one cannot show one.*turn the passkey off/)).toBeTruthy()
  expect(within(dialog).queryByText(/passkey_required|Linking did not work/)).toBeNull()
})

it('says no reason and no error in the words of the wire', () => {
  const ends = STATUS_REASONS.map((reason) => viewAfter(statusEvent('ended', { reason })))
  for (const view of [...ends, ...ERROR_CODES.map(viewAfterError)]) {
    if (!view) throw new Error('an end is shown as nothing')
    const { container, unmount } = render(<LinkPicture view={view} method="phone" onRetry={() => undefined} />, { wrapper: InEnglish })
    expect(container.textContent).toMatch(/^[A-Z][^_]{5,}$/)
    unmount()
  }
})
