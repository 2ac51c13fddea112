import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import '../../src/features/members/RoleMenu.tsx'
import '../../src/pages/settings/MembersPage.tsx'
import { FakePeople, LUIS } from './support/fake-people.ts'
import { json, USER } from './support/fake-server.ts'
import { openPage } from './support/open-page.tsx'

const COMPANY: [string, 'owner' | 'admin' | 'agent'][] = [
  [USER.email, 'owner'],
  [LUIS.email, 'agent'],
]

async function openMembers(people: FakePeople) {
  const { user } = openPage(people, { at: '/settings/members' })
  return { user, list: await screen.findByRole('list', { name: /^Members/ }) }
}

it('shows who belongs to the organisation, as what, and what each role may do', async () => {
  const { list } = await openMembers(new FakePeople(COMPANY))
  expect(within(list).getAllByRole('listitem')).toHaveLength(2)
  expect(within(list).getByText('you')).toBeTruthy()
  expect(screen.getByText('Sees the numbers and how they are. Changes nothing.')).toBeTruthy()
})

it('lets an owner change a role, and shows it when the server has it', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  await user.click(screen.getByRole('button', { name: `Role of ${LUIS.email}: Agent` }))
  await user.click(await screen.findByRole('menuitemradio', { name: /^Admin/ }))
  expect(await screen.findByRole('button', { name: `Role of ${LUIS.email}: Admin` })).toBeTruthy()
  expect(people.called('POST', 'set_member_role')[0]?.body).toMatchObject({ user_id: LUIS.id, role: 'admin' })
})

it('asks before somebody is made an owner', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  const choose = async () => {
    await user.click(screen.getByRole('button', { name: `Role of ${LUIS.email}: Agent` }))
    await user.click(await screen.findByRole('menuitemradio', { name: /^Owner/ }))
    return screen.findByRole('alertdialog', { name: `Make ${LUIS.email} an owner?` })
  }
  await user.click(within(await choose()).getByRole('button', { name: 'Cancel' }))
  expect(people.called('POST', 'set_member_role')).toEqual([])
  await user.click(within(await choose()).getByRole('button', { name: 'Make owner' }))
  expect(await screen.findByRole('button', { name: `Role of ${LUIS.email}: Owner` })).toBeTruthy()
  // Now the first may go, too.
  expect(screen.getByRole('button', { name: `Role of ${USER.email}: Owner` })).toBeTruthy()
})

it('tells the only owner why their role stays, and offers no way to lose it', async () => {
  await openMembers(new FakePeople(COMPANY))
  expect(screen.getByText(/^The only owner\. To leave or to change this role/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: new RegExp(`Role of ${USER.email}`) })).toBeNull()
})

it('tells them so at once who want to leave all the same', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  await user.click(screen.getByRole('button', { name: 'Leave' }))
  expect(await screen.findByRole('alertdialog', { name: 'Acme needs an owner' })).toBeTruthy()
  expect(people.called('POST', 'leave_organization')).toEqual([])
})

it('asks before a member is removed; Escape changes nothing and gives the focus back', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  const remove = screen.getByRole('button', { name: `Remove ${LUIS.email}` })
  await user.click(remove)
  await screen.findByRole('alertdialog')
  await user.keyboard('{Escape}')
  await waitFor(() => expect(document.activeElement).toBe(remove))
  expect(people.members).toHaveLength(2)
  await user.click(remove)
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(screen.queryByText(LUIS.email)).toBeNull())
  expect(people.called('POST', 'remove_member')[0]?.body).toMatchObject({ user_id: LUIS.id })
})

it('invites by e-mail, has a link sent to a page of its own, and shows the invitation', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  await user.click(screen.getByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('E-mail of the person'), 'eva@acme.example')
  await user.click(screen.getByRole('radio', { name: 'Admin' }))
  await user.click(screen.getByRole('button', { name: 'Send invitation' }))
  expect(await screen.findByText('eva@acme.example is invited. A mail with a link is on its way.')).toBeTruthy()
  expect(await screen.findByRole('heading', { name: 'Open invitations (1)' })).toBeTruthy()
  expect(people.invitations).toMatchObject([{ email: 'eva@acme.example', role: 'admin' }])
  const [mail] = people.called('POST', '/otp')
  expect(mail?.body).toMatchObject({ email: 'eva@acme.example', create_user: true })
  expect(new URLSearchParams(mail?.search).get('redirect_to')).toBe(`${location.origin}/welcome`)
})

it('where no mail is sent, it says what to tell the person', async () => {
  const people = new FakePeople(COMPANY, { mail: false })
  const { user } = await openMembers(people)
  await user.click(screen.getByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('E-mail of the person'), 'eva@acme.example')
  await user.click(screen.getByRole('button', { name: 'Create invitation' }))
  expect(await screen.findByText(/No mail is sent from here\. Tell them to sign in with this address/)).toBeTruthy()
  expect(people.called('POST', '/otp')).toEqual([])
})

it('keeps the invitation and says so when its mail cannot be sent', async () => {
  const people = new FakePeople(COMPANY)
  people.first = ({ path }) => (path === '/auth/v1/otp' ? json({ code: 422, error_code: 'otp_disabled', msg: 'no' }, 422) : undefined)
  const { user } = await openMembers(people)
  await user.click(screen.getByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('E-mail of the person'), 'eva@acme.example')
  await user.click(screen.getByRole('button', { name: 'Send invitation' }))
  expect(await screen.findByText(/The mail could not be sent\. Tell them/)).toBeTruthy()
  expect(people.invitations).toHaveLength(1)
})

it('says in the dialog that somebody is a member already', async () => {
  const { user } = await openMembers(new FakePeople(COMPANY))
  await user.click(screen.getByRole('button', { name: 'Invite' }))
  await user.type(await screen.findByLabelText('E-mail of the person'), LUIS.email)
  await user.click(screen.getByRole('button', { name: 'Send invitation' }))
  expect((await screen.findByRole('alert')).textContent).toBe('This person is a member already.')
  expect(screen.getByRole('dialog')).toBeTruthy()
})

it('renews an invitation that has run out, and takes one back', async () => {
  const people = new FakePeople(COMPANY)
  people.invite('eva@acme.example', 'admin', '2026-01-01T00:00:00Z')
  const { user } = await openMembers(people)
  expect(await screen.findByText('has run out')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: 'Renew the invitation of eva@acme.example' }))
  await waitFor(() => expect(screen.queryByText('has run out')).toBeNull())
  expect(people.invitations).toMatchObject([{ email: 'eva@acme.example', role: 'admin' }])
  await user.click(screen.getByRole('button', { name: 'Take back the invitation of eva@acme.example' }))
  await waitFor(() => expect(screen.queryByText('eva@acme.example')).toBeNull())
  expect(people.invitations).toEqual([])
})

it('shows an agent the list without a way to change it, and whom to ask', async () => {
  const people = new FakePeople([
    [LUIS.email, 'owner'],
    [USER.email, 'agent'],
  ])
  await openMembers(people)
  expect(screen.getByText(`To change something, ask ${LUIS.email}.`)).toBeTruthy()
  for (const name of [/^Role of/, /^Remove/, 'Invite', 'Rename']) expect(screen.queryByRole('button', { name })).toBeNull()
  expect(people.called('GET', 'organization_invitations')).toEqual([])
})

it('follows at once when a refusal tells that the role is another one now', async () => {
  const people = new FakePeople(COMPANY)
  const { user } = await openMembers(people)
  people.first = ({ path }) => {
    if (!path.endsWith('/set_member_role')) return undefined
    people.organizations = [{ id: people.organizations[0]?.id ?? '', name: 'Acme', role: 'admin' }]
    return json({ message: 'forbidden', details: 'Only an owner may change the members.' }, 403)
  }
  await user.click(screen.getByRole('button', { name: `Role of ${LUIS.email}: Agent` }))
  await user.click(await screen.findByRole('menuitemradio', { name: /^Admin/ }))
  expect(await screen.findByText('Only owners change members and roles.')).toBeTruthy()
  expect(screen.queryByRole('button', { name: 'Invite' })).toBeNull()
  expect(await screen.findByText('Your role in Acme has changed: Admin')).toBeTruthy()
})

it('renames the organisation, in the switch too', async () => {
  const { user } = await openMembers(new FakePeople(COMPANY))
  await user.click(screen.getByRole('button', { name: 'Rename' }))
  const field = await screen.findByLabelText('Name of the organisation')
  await user.clear(field)
  await user.type(field, 'Acme Perú')
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(await screen.findByRole('button', { name: 'Organisation: Acme Perú' })).toBeTruthy()
})

it('says when the members cannot be read, and reads them again', async () => {
  const people = new FakePeople(COMPANY)
  let isDown = true
  people.first = ({ path }) => (isDown && path.endsWith('overview') && path.includes('members') ? json({ message: 'x' }, 503) : undefined)
  const { user } = openPage(people, { at: '/settings/members' })
  await screen.findByText('The members could not be loaded')
  isDown = false
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('list', { name: 'Members (2)' })).toBeTruthy()
})
