import type { ClearReason, RemoteUnlink } from '#domain/clearance.ts'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { activityCsv, csvName } from '../../src/features/activity/activity-csv.ts'
import { filtersOf, periodOf } from '../../src/features/activity/filters.ts'
import { parseCsv } from '../support/parse-csv.ts'
import { type FakeOrder, fakeReceipt, linkedSession } from './support/fake-rows.ts'
import { fakeRecord } from './support/fake-removals.ts'
import { FakeServer, refusal, USER } from './support/fake-server.ts'
import { openPage } from './support/open-page.tsx'

const NOW = Date.parse('2026-11-22T12:00:00Z')

type OrderFacts = {
  minutes?: number
  phone?: string
  name?: string | null
  reason?: ClearReason
  went?: RemoteUnlink | null
} & Partial<FakeOrder>

/** An order of some minutes ago; `went: null`: it is open. */
function ordered(
  server: FakeServer,
  { minutes = 0, phone = '51987654321', name = null, reason = 'reset', went = 'confirmed', ...facts }: OrderFacts,
) {
  const order = server.order(linkedSession(phone, { display_name: name }), reason)
  order.requested_at = new Date(NOW - minutes * 60_000).toISOString()
  if (went) Object.assign(order, { completed_at: order.requested_at, receipt: fakeReceipt(order, went) })
  return Object.assign(order, facts)
}

const openActivity = (server: FakeServer, search = '') => openPage(server, { at: `/activity${search}` })
const rows = async () => within(await screen.findByRole('list', { name: 'Activity' })).findAllByRole('listitem')
const names = async () => (await rows()).map((row) => row.querySelector('bdi')?.textContent)

describe('the activity', () => {
  it('says of each removal what it was, who asked for it, when, and how it went, the newest first', async () => {
    const server = new FakeServer()
    ordered(server, { minutes: 60, name: 'Bodega', went: 'unconfirmed' })
    ordered(server, { minutes: 5, phone: '51912000111', reason: 'unlinked', requested_by: null, requested_by_email: null })
    ordered(server, { minutes: 1, phone: '51944123456', went: null, requested_by_email: null })
    openActivity(server)
    const [newest, middle, oldest] = await rows()
    expect(newest?.textContent).toContain('+51 944 123 456')
    expect(newest?.textContent).toMatch(/open.*somebody whose account is gone/)
    expect(middle?.textContent).toMatch(/gone.*unlinked from the phone.*the worker/)
    expect(oldest?.textContent).toMatch(/gone here.*Bodega.*reset.*ana@acme\.example/)
  })

  it('is a table where there is room for one', async () => {
    const narrow = window.matchMedia
    window.matchMedia = (media) => Object.assign(narrow(media), { matches: media === '(min-width: 48rem)' })
    const server = new FakeServer()
    ordered(server, { name: 'Bodega' })
    openActivity(server)
    const table = await screen.findByRole('table', { name: 'Activity' })
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map((head) => head.textContent),
    ).toEqual(['Device', 'Reason', 'Asked by', 'When', 'Outcome'])
    expect(within(table).getByRole('rowheader').textContent).toContain('Bodega')
    window.matchMedia = narrow
  })

  it('opens the receipt of a row, with everything that it says and its digest to copy', async () => {
    const server = new FakeServer()
    const order = ordered(server, { name: 'Bodega', attempts: 2 })
    Object.assign(order.receipt ?? {}, { generations: [1, 2, 3, 7], resumedAfterCrash: true })
    const { user } = openActivity(server)
    await user.click(await screen.findByRole('button', { name: 'Receipt of +51 987 654 321' }))
    const dialog = await screen.findByRole('dialog', { name: 'Reset +51 987 654 321' })
    const facts = await waitFor(() => {
      const found = Object.fromEntries(
        [...dialog.querySelectorAll('dt')].map((term) => [term.textContent, term.nextElementSibling?.textContent]),
      )
      expect(found).toMatchObject({
        'Ordered by': USER.email,
        Reason: 'reset',
        'Links erased': 'no. 1–3, 7',
        'Files set aside': 'none',
        'In memory': 'connection closed, 2 timers stopped',
        'Failed tries before': '2',
        'Resumed after a crash': 'yes',
        Order: order.id,
        Session: order.session_id,
      })
      return found
    })
    expect(facts['Digest']).toContain('a'.repeat(64))
    await user.click(within(dialog).getByRole('button', { name: 'Copy digest' }))
    expect(await navigator.clipboard.readText()).toBe('a'.repeat(64))
    await user.click(within(dialog).getByRole('button', { name: 'Done' }))
    // Back where it came from.
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Receipt of +51 987 654 321'))
  })

  it('follows an order that is still open from its row', async () => {
    const server = new FakeServer()
    const order = ordered(server, { went: null })
    const { user } = openActivity(server)
    await user.click(await screen.findByRole('button', { name: 'Receipt of +51 987 654 321' }))
    const dialog = await screen.findByRole('dialog', { name: 'Reset +51 987 654 321' })
    expect(await within(dialog).findByText('Removing…')).toBeTruthy()
    Object.assign(order, { completed_at: order.requested_at, receipt: fakeReceipt(order, 'confirmed') })
    expect(await within(dialog).findByText('Gone')).toBeTruthy()
    expect(within(dialog).getByText('Digest')).toBeTruthy()
  })

  it('keeps what is asked for, by reason, outcome, device and period, and has it in the address', async () => {
    const server = new FakeServer()
    ordered(server, { minutes: 0, name: 'Ventas', phone: '51911111111', reason: 'delete' })
    ordered(server, { minutes: 3 * 24 * 60, name: 'Soporte', phone: '51922222222', reason: 'purge', went: 'not_linked' })
    ordered(server, { minutes: 6 * 24 * 60, name: 'Cobranza', phone: '51933333333', went: 'unconfirmed' })
    const { user } = openActivity(server, '?reason=purge')
    expect(await names()).toEqual(['+51 922 222 222'])
    await user.selectOptions(screen.getByRole('combobox', { name: 'Reason' }), 'Any reason')
    await waitFor(async () => expect(await names()).toHaveLength(3))
    await user.selectOptions(screen.getByRole('combobox', { name: 'Outcome' }), 'gone here')
    await waitFor(async () => expect(await names()).toEqual(['+51 933 333 333']))
    expect(location.search).toBe('?outcome=gone_here')
    await user.type(screen.getByRole('searchbox', { name: 'Search' }), 'ventas')
    // Shown, and said.
    expect(await screen.findAllByText('Nothing matches')).toHaveLength(2)
    expect(Object.fromEntries(new URLSearchParams(location.search))).toEqual({ outcome: 'gone_here', q: 'ventas' })
    await user.click(screen.getByRole('button', { name: 'Clear filters' }))
    await waitFor(async () => expect(await names()).toHaveLength(3))
    expect(location.search).toBe('')
    fireEvent.change(screen.getByLabelText('From'), { target: { value: '2026-11-18' } })
    fireEvent.change(screen.getByLabelText('To'), { target: { value: '2026-11-20' } })
    await waitFor(async () => expect(await names()).toEqual(['+51 922 222 222']))
  })

  it('shows older ones on demand, neither twice nor leaving one out, though many are of the same millisecond', async () => {
    const server = new FakeServer()
    for (let nth = 0; nth < 120; nth++)
      ordered(server, {
        phone: `519${String(10_000_000 + nth)}`,
        requested_at: `2026-11-22T10:00:00.123${String(nth).padStart(3, '0')}+00:00`,
      })
    const { user } = openActivity(server)
    expect(await rows()).toHaveLength(50)
    await user.click(screen.getByRole('button', { name: 'Show older' }))
    await waitFor(async () => expect(await rows()).toHaveLength(100))
    await user.click(screen.getByRole('button', { name: 'Show older' }))
    await waitFor(async () => expect(await rows()).toHaveLength(120))
    expect(new Set((await rows()).map((row) => row.dataset['order'])).size).toBe(120)
    expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull()
    expect(screen.getByText('120 removals shown')).toBeTruthy()
  })

  it('is not for agents, who are told so, and nothing is asked for them', async () => {
    const server = new FakeServer()
    for (const organization of server.organizations) organization.role = 'agent'
    openActivity(server)
    expect(await screen.findByRole('heading', { name: 'Your role does not show this' })).toBeTruthy()
    expect(server.called('POST', '/activity')).toEqual([])
  })

  it('says that nothing was removed yet', async () => {
    openActivity(new FakeServer())
    expect(await screen.findAllByText('Nothing was removed yet')).toHaveLength(2)
    expect(screen.getByRole('button', { name: 'Export CSV' }).hasAttribute('disabled')).toBe(true)
  })

  it('says why it could not be loaded, and tries again when asked', async () => {
    const server = new FakeServer()
    ordered(server, {})
    server.intercept = ({ path }) => (path.endsWith('/rpc/activity') ? refusal('database_unavailable') : undefined)
    const { user } = openActivity(server)
    const alert = await screen.findByRole('alert')
    expect(alert.textContent).toContain('The activity could not be loaded')
    server.intercept = () => undefined
    await user.click(within(alert).getByRole('button', { name: 'Try again' }))
    expect(await rows()).toHaveLength(1)
  })
})

describe('the export', () => {
  let saved: { name: string; text: Promise<string> }[]
  beforeEach(() => {
    saved = []
    let blob = new Blob()
    URL.createObjectURL = (given) => {
      if (given instanceof Blob) blob = given
      return 'blob:test'
    }
    URL.revokeObjectURL = () => undefined
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
      saved.push({ name: this.download, text: read(blob) })
    })
  })
  afterEach(() => void vi.restoreAllMocks())

  /** As text, with the byte order mark that `Blob.text` would swallow. */
  const read = (blob: Blob) =>
    new Promise<string>((resolve) => {
      const reader = new FileReader()
      reader.addEventListener('load', () => {
        if (reader.result instanceof ArrayBuffer) resolve(new TextDecoder('utf-8', { ignoreBOM: true }).decode(reader.result))
      })
      reader.readAsArrayBuffer(blob)
    })

  it('holds everything that matches, page by page, in a file that is named after the organisation and the day', async () => {
    const server = new FakeServer()
    for (let nth = 0; nth < 450; nth++) ordered(server, { minutes: nth, reason: nth % 9 === 0 ? 'delete' : 'reset' })
    const { user } = openActivity(server, '?reason=reset')
    await rows()
    await user.click(screen.getByRole('button', { name: 'Export CSV' }))
    expect(await screen.findByText('400 rows exported')).toBeTruthy()
    const [file] = saved
    expect(file?.name).toMatch(/^latchkey-activity-acme-\d{4}-\d\d-\d\d\.csv$/)
    const text = (await file?.text) ?? ''
    expect(text.startsWith('\uFEFForder_id,session_id,name,phone_number,reason,outcome,requested_at,')).toBe(true)
    const parsed = parseCsv(text.slice(1))
    expect(parsed).toHaveLength(400)
    expect(new Set(parsed.map((row) => row['order_id'])).size).toBe(400)
    expect(parsed[0]).toMatchObject({
      reason: 'reset',
      outcome: 'gone',
      credential_files: '12',
      credential_bytes: '41984',
      names: '242',
      verified_absent: 'true',
    })
  })

  it('gives up when it is cancelled, and says when it could not be made', async () => {
    const server = new FakeServer()
    ordered(server, {})
    const { user } = openActivity(server)
    await rows()
    let answer = () => {}
    server.intercept = ({ path, body }) =>
      path.endsWith('/rpc/activity') && body['page_size'] === 200
        ? new Promise((resolve) => (answer = () => resolve(refusal('database_unavailable'))))
        : undefined
    await user.click(screen.getByRole('button', { name: 'Export CSV' }))
    await user.click(await screen.findByRole('button', { name: 'Cancel the export' }))
    act(answer)
    await user.click(await screen.findByRole('button', { name: 'Export CSV' }))
    await waitFor(() => expect(screen.getByText('Exporting…')).toBeTruthy())
    act(answer)
    expect(await screen.findByText(/Nothing was exported\. The database cannot be reached/)).toBeTruthy()
    expect(saved).toEqual([])
  })
})

describe('a file of the activity', () => {
  const row = (label: string, facts: Partial<FakeOrder> = {}) =>
    fakeRecord(ordered(new FakeServer(), { name: label, went: null, ...facts }))
  const named = (label: string) => parseCsv(activityCsv([row(label)]).slice(1))[0]?.['name']

  it('gives every name back as it was, whatever stands in it', () => {
    for (const label of ['a "quoted", one', 'two\r\nlines', 'only\nfeed', ' spaced ', 'Ñandú 😀', ';semicolon', '"', ','])
      expect(named(label)).toBe(label)
  })

  it('takes the sting out of what a spreadsheet would run', () => {
    for (const label of [
      '=HYPERLINK("http://evil.test","x")',
      '+1+1',
      '-2',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1+1',
      '\u200B=1',
      '＝1',
      '＠SUM',
    ])
      expect(named(label)).toBe(`'${label}`)
    expect(parseCsv(activityCsv([row('x', { phone_number: '+51987654321' })]).slice(1))[0]?.['phone_number']).toBe("'+51987654321")
  })

  it('writes times as ISO 8601 in UTC, and nothing where there is nothing', () => {
    const [parsed] = parseCsv(activityCsv([row('x', { requested_at: '2026-11-22T05:00:00.123456+00:00' })]).slice(1))
    expect(parsed).toMatchObject({ requested_at: '2026-11-22T05:00:00.123Z', completed_at: '', digest: '', generations: '' })
  })

  it('is named so that no organisation leads out of a folder', () => {
    const day = new Date(2026, 10, 2)
    expect(csvName('Acme Perú S.A.C.', day)).toBe('latchkey-activity-acme-perú-s-a-c-2026-11-02.csv')
    expect(csvName('../../etc/passwd', day)).toBe('latchkey-activity-etc-passwd-2026-11-02.csv')
    expect(csvName('***', day)).toBe('latchkey-activity-2026-11-02.csv')
  })
})

describe('what an address asks of the activity', () => {
  it('is what it can mean, and nothing else', () => {
    expect(filtersOf(new URLSearchParams('q=a&reason=purge&outcome=gone&from=2026-01-31&to=2026-02-30x'))).toEqual({
      query: 'a',
      reason: 'purge',
      outcome: 'gone',
      from: '2026-01-31',
      to: null,
    })
    expect(filtersOf(new URLSearchParams('reason=drop&outcome=1&from=2026-99-99'))).toEqual({
      query: '',
      reason: null,
      outcome: null,
      from: null,
      to: null,
    })
  })

  it('is a period of whole days, the last one included', () => {
    const { since = '', until = '' } = periodOf({ from: '2026-11-22', to: '2026-11-22' })
    expect(new Date(since).getHours()).toBe(0)
    expect(new Date(until).getDate()).toBe(23)
  })
})
