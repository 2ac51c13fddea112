import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { readMailLink } from '../../src/features/auth/mail-link.ts'
import { passwordStrength } from '../../src/features/auth/password-strength.ts'
import '../../src/features/auth/OpenUserMenu.tsx'
import '../../src/features/organization/OrganizationMenu.tsx'
import '../../src/pages/account/AccountPage.tsx'
import '../../src/pages/account/ArrivalPage.tsx'
import '../../src/pages/account/ForgottenPasswordPage.tsx'
import { FakePeople, LUIS } from './support/fake-people.ts'
import { json, USER } from './support/fake-server.ts'
import { GLOBEX } from './support/fake-rows.ts'
import { openPage } from './support/open-page.tsx'

const GOOD = 'a kettle on the north roof'

async function openProfile(people: FakePeople) {
  const { user } = openPage(people, { at: '/account' })
  await screen.findByRole('heading', { name: 'Your profile' })
  return user
}

describe('the link of a mail', () => {
  const at = (rest: string) => readMailLink(`https://latchkey.test${rest}`)
  const session = 'access_token=a&refresh_token=r&expires_in=3600&token_type=bearer'

  it.each([
    [`/reset-password#${session}&type=recovery`, { kind: 'session', purpose: 'recovery', accessToken: 'a', refreshToken: 'r' }],
    // Auth lets in at the site's own address where it does not know the page that was asked for.
    [`/#${session}&type=recovery`, { kind: 'session', purpose: 'recovery', accessToken: 'a', refreshToken: 'r' }],
    [`/welcome#${session}&type=magiclink`, { kind: 'session', purpose: 'welcome', accessToken: 'a', refreshToken: 'r' }],
    [`/#${session}&type=invite`, { kind: 'session', purpose: 'welcome', accessToken: 'a', refreshToken: 'r' }],
    [`/#${session}&type=magiclink`, { kind: 'session', purpose: 'signed_in', accessToken: 'a', refreshToken: 'r' }],
    ['/reset-password?token_hash=h&type=recovery', { kind: 'token', purpose: 'recovery', tokenHash: 'h', type: 'recovery' }],
    ['/reset-password?code=c', { kind: 'code', purpose: 'recovery', code: 'c' }],
    ['/reset-password#error=access_denied&error_code=otp_expired', { kind: 'refused' }],
    ['/?error=access_denied&error_code=otp_expired#error=access_denied', { kind: 'refused' }],
    ['/reset-password', null],
    ['/settings/whatsapp#content', null],
    ['/#access_token=a', null],
  ])('%s', (rest, told) => {
    expect(at(rest)).toEqual(told)
  })

  it('that names its token opens the choice of a password, which signs in', async () => {
    const people = new FakePeople()
    const { user } = openPage(people, { signedIn: false, at: '/reset-password?token_hash=h&type=recovery' })
    const field = await screen.findByLabelText('New password', { selector: 'input' })
    expect(location.search).toBe('')
    expect(people.called('POST', '/verify')).toHaveLength(1)
    expect(people.called('POST', '/verify')[0]?.body).toMatchObject({ token_hash: 'h', type: 'recovery' })
    await user.type(field, GOOD)
    await user.click(screen.getByRole('button', { name: 'Save password' }))
    expect(await screen.findByRole('button', { name: 'Organisation: Acme' })).toBeTruthy()
    expect(people.called('PUT', '/user')[0]?.body).toMatchObject({ password: GOOD })
    // Whoever had the old one is out.
    expect(people.called('POST', '/logout').map(({ search }) => search)).toEqual(['?scope=others'])
  })

  it('that is over says so, and leads to a new one', async () => {
    const people = new FakePeople()
    people.first = ({ path }) =>
      path === '/auth/v1/verify' ? json({ code: 403, error_code: 'otp_expired', msg: 'expired' }, 403) : undefined
    const { user } = openPage(people, { signedIn: false, at: '/reset-password?token_hash=h&type=recovery' })
    expect((await screen.findByRole('alert')).textContent).toContain('This link does not work any more')
    await user.click(screen.getByRole('button', { name: 'Get a new link' }))
    expect(await screen.findByRole('heading', { name: 'Forgotten password' })).toBeTruthy()
  })

  it('is not called over because nobody answered: it is tried again', async () => {
    const people = new FakePeople()
    let isDown = true
    people.first = ({ path }) => (path === '/auth/v1/verify' && isDown ? Promise.reject(new TypeError('fetch failed')) : undefined)
    const { user } = openPage(people, { signedIn: false, at: '/reset-password?token_hash=h&type=recovery' })
    await screen.findByRole('heading', { name: 'The link could not be checked' })
    isDown = false
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByLabelText('New password', { selector: 'input' })).toBeTruthy()
  })

  it('is what the page for a new password needs: whoever merely opens it is not asked for one', async () => {
    openPage(new FakePeople(), { at: '/reset-password' })
    expect(await screen.findByRole('heading', { name: 'Your profile' })).toBeTruthy()
    expect(screen.getByLabelText('Current password')).toBeTruthy()
  })
})

describe('a forgotten password', () => {
  it.each([
    ['who has an account', () => undefined],
    ['who asks too often, which only an account can', () => json({ code: 429, error_code: 'over_email_send_rate_limit', msg: 'x' }, 429)],
  ])('is answered in the same words to %s', async (_, answer) => {
    const people = new FakePeople()
    people.first = ({ path }) => (path === '/auth/v1/recover' ? answer() : undefined)
    const { user } = openPage(people, { signedIn: false, at: '/forgotten-password' })
    await user.type(await screen.findByLabelText('E-mail'), USER.email)
    await user.click(screen.getByRole('button', { name: 'Send link' }))
    expect(await screen.findByText(`If there is an account for ${USER.email}, a link is on its way to it.`)).toBeTruthy()
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Look into your mailbox' }))
    const [asked] = people.called('POST', '/recover')
    expect(new URLSearchParams(asked?.search).get('redirect_to')).toBe(`${location.origin}/reset-password`)
  })

  it('is not said to be on its way when nobody answered', async () => {
    const people = new FakePeople()
    people.first = ({ path }) => (path === '/auth/v1/recover' ? Promise.reject(new TypeError('fetch failed')) : undefined)
    const { user } = openPage(people, { signedIn: false, at: '/forgotten-password' })
    await user.type(await screen.findByLabelText('E-mail'), USER.email)
    await user.click(screen.getByRole('button', { name: 'Send link' }))
    expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached')
  })

  it('is a matter for whoever runs it where no mail is sent', async () => {
    const { user } = openPage(new FakePeople([[USER.email, 'owner']], { mail: false }), { signedIn: false })
    await user.click(await screen.findByRole('link', { name: 'Forgotten password?' }))
    expect(await screen.findByText('npm run reset-password')).toBeTruthy()
    expect(screen.queryByRole('textbox')).toBeNull()
  })
})

describe('a password', () => {
  it.each([
    ['', 'short'],
    ['kettle7', 'short'],
    ['a'.repeat(73), 'long'],
    ['ñ'.repeat(37), 'long'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['password1234', 'weak'],
    ['latchkey2026', 'weak'],
    ['maria.lopez.1', 'weak'],
    ['north kettle', 'fair'],
    [GOOD, 'strong'],
  ])('%j is %s', (password, strength) => {
    expect(passwordStrength(password, 'maria.lopez@acme.example')).toBe(strength)
  })

  it('is changed by who knows the one they have; a wrong one is said where it was typed', async () => {
    const people = new FakePeople()
    const user = await openProfile(people)
    await user.type(screen.getByLabelText('New password'), GOOD)
    await user.type(screen.getByLabelText('Current password'), 'wrong')
    await user.click(screen.getByRole('button', { name: 'Change password' }))
    await screen.findByText('This is not your current password.')
    expect(screen.getByLabelText('Current password').getAttribute('aria-invalid')).toBe('true')
    expect(people.called('PUT', '/user')).toEqual([])

    await user.clear(screen.getByLabelText('Current password'))
    await user.type(screen.getByLabelText('Current password'), USER.password)
    await user.click(screen.getByRole('button', { name: 'Change password' }))
    expect(await screen.findByText('Password changed. Other browsers have to sign in again.')).toBeTruthy()
    expect(people.called('PUT', '/user')[0]?.body).toMatchObject({ password: GOOD })
    expect(people.called('POST', '/logout').map(({ search }) => search)).toEqual(['?scope=others'])
  })

  it('cannot be chosen too short, and can be shown to who types it', async () => {
    const user = await openProfile(new FakePeople())
    const field = screen.getByLabelText('New password')
    await user.type(screen.getByLabelText('Current password'), USER.password)
    await user.type(field, 'short')
    expect(screen.getByText('Too short: 8 characters at least')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Change password' }).hasAttribute('disabled')).toBe(true)
    expect(field.getAttribute('type')).toBe('password')
    await user.click(screen.getAllByRole('button', { name: 'Show' }).at(-1) as HTMLElement)
    expect(field.getAttribute('type')).toBe('text')
  })
})

describe('the profile', () => {
  it('speaks the language that is chosen there', async () => {
    const user = await openProfile(new FakePeople())
    await user.click(screen.getByRole('radio', { name: 'Español' }))
    expect(await screen.findByRole('heading', { name: 'Tu perfil' })).toBeTruthy()
  })

  it('signs out everywhere when that is confirmed', async () => {
    const people = new FakePeople()
    const user = await openProfile(people)
    await user.click(screen.getByRole('button', { name: 'Sign out everywhere' }))
    const question = await screen.findByRole('alertdialog')
    expect(people.called('POST', '/logout')).toEqual([])
    await user.click(within(question).getByRole('button', { name: 'Sign out everywhere' }))
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeTruthy()
    expect(people.called('POST', '/logout').map(({ search }) => search)).toEqual(['?scope=global'])
  })

  it('lets somebody leave an organisation, who then sees the other one', async () => {
    const people = new FakePeople([
      [LUIS.email, 'owner'],
      [USER.email, 'agent'],
    ])
    people.organizations.push({ id: GLOBEX, name: 'Globex', role: 'admin' })
    const user = await openProfile(people)
    await user.click(screen.getByRole('button', { name: 'Leave Acme' }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Leave' }))
    expect(await screen.findByRole('button', { name: 'Organisation: Globex' })).toBeTruthy()
    expect(await screen.findByText('You have left Acme')).toBeTruthy()
    expect(screen.queryByText(/You do not belong to/)).toBeNull()
  })

  it('tells the only owner what to do before leaving, and leads there', async () => {
    const user = await openProfile(new FakePeople())
    await user.click(screen.getByRole('button', { name: 'Leave Acme' }))
    await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Leave' }))
    await screen.findByRole('alertdialog', { name: 'Acme needs an owner' })
    await user.click(screen.getByRole('button', { name: 'Go to the members' }))
    expect(await screen.findByRole('heading', { name: 'Members' })).toBeTruthy()
  })
})

describe('an invitation', () => {
  it('comes first for who belongs nowhere, before founding', async () => {
    const people = new FakePeople([[LUIS.email, 'owner']])
    people.isInvitedBy('Globex', GLOBEX, 'admin')
    const { user } = openPage(people)
    expect(await screen.findByText(`Globex invites you (${LUIS.email})`)).toBeTruthy()
    expect(screen.queryByLabelText('Name of the organisation')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Join Globex' }))
    expect(await screen.findByRole('button', { name: 'Organisation: Globex' })).toBeTruthy()
  })

  it('is declined, and founding is what is left', async () => {
    const people = new FakePeople([[LUIS.email, 'owner']])
    people.isInvitedBy('Globex', GLOBEX, 'admin')
    const { user } = openPage(people)
    await user.click(await screen.findByRole('button', { name: 'Decline the invitation of Globex' }))
    expect(await screen.findByRole('heading', { name: 'You belong to no organisation yet' })).toBeTruthy()
    expect(screen.getByLabelText('Name of the organisation')).toBeTruthy()
  })

  it('is counted in the account menu of who has an organisation, and joined from the profile', async () => {
    const people = new FakePeople()
    people.isInvitedBy('Globex', GLOBEX, 'agent')
    const { user } = openPage(people)
    await user.click(await screen.findByRole('button', { name: `Account: ${USER.email}, 1 invitation` }))
    await user.click(await screen.findByRole('menuitem', { name: '1 invitation' }))
    await user.click(await screen.findByRole('button', { name: 'Join Globex' }))
    expect(await screen.findByRole('button', { name: 'Organisation: Globex' })).toBeTruthy()
    expect(await screen.findByRole('button', { name: `Account: ${USER.email}` })).toBeTruthy()
  })

  it('that was taken back meanwhile is said to be', async () => {
    const people = new FakePeople()
    people.isInvitedBy('Globex', GLOBEX, 'agent')
    const user = await openProfile(people)
    const join = await screen.findByRole('button', { name: 'Join Globex' })
    people.mine = []
    await user.click(join)
    expect(await screen.findByText(/This invitation was taken back, or has run out/)).toBeTruthy()
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Join Globex' })).toBeNull())
  })
})

describe('the organisation that was chosen', () => {
  it('is kept for the next visit, for that person alone', async () => {
    const people = new FakePeople()
    people.organizations.push({ id: GLOBEX, name: 'Globex', role: 'admin' })
    localStorage.setItem(`latchkey.organization.${LUIS.id}`, GLOBEX)
    const { user, unmount } = openPage(people)
    await user.click(await screen.findByRole('button', { name: 'Organisation: Acme' }))
    await user.click(await screen.findByRole('menuitemradio', { name: /^Globex/ }))
    await screen.findByRole('button', { name: 'Organisation: Globex' })
    unmount()
    openPage(people)
    expect(await screen.findByRole('button', { name: 'Organisation: Globex' })).toBeTruthy()
  })

  it('gives way to another when it is gone, and that is said', async () => {
    const people = new FakePeople()
    people.organizations.push({ id: GLOBEX, name: 'Globex', role: 'admin' })
    localStorage.setItem(`latchkey.organization.${USER.id}`, GLOBEX)
    openPage(people)
    await screen.findByRole('button', { name: 'Organisation: Globex' })
    people.organizations.pop()
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    expect(await screen.findByRole('button', { name: 'Organisation: Acme' })).toBeTruthy()
    expect(await screen.findByText('You do not belong to Globex any more')).toBeTruthy()
  })

  it('is one more after founding from the switch', async () => {
    const people = new FakePeople()
    people.first = ({ path, body }) => {
      if (!path.endsWith('/create_organization')) return undefined
      people.organizations.push({ id: GLOBEX, name: String(body['name']), role: 'owner' })
      return json(GLOBEX)
    }
    const { user } = openPage(people)
    await user.click(await screen.findByRole('button', { name: 'Organisation: Acme' }))
    await user.click(await screen.findByRole('menuitem', { name: 'New organisation…' }))
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name of the organisation')))
    await user.keyboard('Globex{Enter}')
    expect(await screen.findByRole('button', { name: 'Organisation: Globex' })).toBeTruthy()
  })
})
