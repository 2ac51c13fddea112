import type { Role } from '../../../src/lib/roles.ts'
import { type FakeCall, FakeServer, json, USER } from './fake-server.ts'
import { ACME, LONG_AGO } from './fake-rows.ts'

export const LUIS = { id: '7d2f7c1a-0000-4000-8000-000000000002', email: 'luis@acme.example' }

export type FakeMember = { user_id: string; email: string; role: Role; created_at: string; is_you: boolean }
export type FakeInvitation = { id: string; email: string; role: Role; expires_at: string }

/** A server with members and invitations, which behave as supabase/migrations says, and with Auth's mail. */
export class FakePeople extends FakeServer {
  members: FakeMember[]
  invitations: FakeInvitation[] = []
  /** Those to whoever is signed in. */
  mine: {
    id: string
    organization_id: string
    organization_name: string
    role: Role
    invited_by_email: string | null
    expires_at: string
  }[] = []
  /** Answers in place of the people where it returns something. */
  first: FakeServer['intercept'] = () => undefined

  constructor(members: [email: string, role: Role][] = [[USER.email, 'owner']], { mail = true } = {}) {
    super()
    this.config = { ...(this.config as object), mail }
    this.members = members.map(([email, role], index) => ({
      user_id: email === USER.email ? USER.id : email === LUIS.email ? LUIS.id : `7d2f7c1a-0000-4000-8000-00000000001${index}`,
      email,
      role,
      created_at: LONG_AGO,
      is_you: email === USER.email,
    }))
    this.#tellRole()
    this.intercept = (call) => this.first(call) ?? this.#answer(call)
  }

  invite(email: string, role: Role, expires_at = new Date(Date.now() + 7 * 86_400_000).toISOString()): FakeInvitation {
    const invitation = { id: crypto.randomUUID(), email, role, expires_at }
    this.invitations = [...this.invitations.filter((other) => other.email !== email), invitation]
    return invitation
  }

  isInvitedBy(organization_name: string, organization_id: string, role: Role): void {
    const expires_at = new Date(Date.now() + 86_400_000).toISOString()
    this.mine.push({ id: crypto.randomUUID(), organization_id, organization_name, role, invited_by_email: LUIS.email, expires_at })
  }

  #answer({ method, path, body }: FakeCall): Response | undefined {
    if (path === '/auth/v1/recover' || path === '/auth/v1/otp') return json({})
    if (path === '/auth/v1/user') return json(this.signedIn().user)
    if (path === '/auth/v1/verify') return json(this.signedIn())
    if (path === '/rest/v1/organization_invitations' && method === 'GET') return json(this.invitations)
    const name = path.startsWith('/rest/v1/rpc/') ? path.slice('/rest/v1/rpc/'.length) : ''
    if (name === 'organization_members_overview') return json(this.members)
    if (name === 'my_invitations') return json(this.mine)
    if (name === 'rename_organization') {
      for (const organization of this.organizations)
        if (organization.id === body['organization_id']) organization.name = String(body['name'])
      return json(null)
    }
    if (name === 'accept_invitation' || name === 'decline_invitation') return this.#reply(String(body['id']), name === 'accept_invitation')
    if (name === 'leave_organization') return this.#change(() => (this.members = this.members.filter(({ is_you }) => !is_you)))
    if (name === 'revoke_invitation') {
      this.invitations = this.invitations.filter(({ id }) => id !== body['id'])
      return json(null)
    }
    if (name === 'invite_member') {
      const email = String(body['email'])
      if (!email.includes('@')) return json({ message: 'invalid_input', details: 'email' }, 400)
      if (this.members.some((member) => member.email === email)) return json({ message: 'already_member', details: 'Is one.' }, 409)
      return json(this.invite(email, body['role'] as Role).id)
    }
    const member = this.members.find(({ user_id }) => user_id === body['user_id'])
    if (name === 'set_member_role') return this.#change(() => member && (member.role = body['role'] as Role))
    if (name === 'remove_member') return this.#change(() => (this.members = this.members.filter((other) => other !== member)))
    return undefined
  }

  /** An organisation keeps an owner. */
  #change(act: () => unknown): Response {
    const before = structuredClone(this.members)
    act()
    if (!this.members.some(({ role }) => role === 'owner')) {
      this.members = before
      return json({ message: 'forbidden', details: 'An organisation keeps at least one owner.' }, 403)
    }
    this.#tellRole()
    return json(null)
  }

  #reply(id: string, joins: boolean): Response {
    const invitation = this.mine.find((one) => one.id === id)
    if (!invitation) return json({ message: 'not_found', details: 'There is no such invitation.' }, 404)
    this.mine = this.mine.filter((one) => one !== invitation)
    const { organization_id, organization_name, role } = invitation
    if (joins) this.organizations.push({ id: organization_id, name: organization_name, role })
    return json(joins ? organization_id : null)
  }

  #tellRole(): void {
    const own = this.members.find(({ is_you }) => is_you)
    const others = this.organizations.filter(({ id }) => id !== ACME)
    this.organizations = own ? [{ id: ACME, name: 'Acme', role: own.role }, ...others] : others
  }
}
