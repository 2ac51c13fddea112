import type { DocumentName, Operation } from './resolve.ts'
import { createSigner, FORGERIES } from './callers.ts'
import type { Forgery } from './callers.ts'
import type { Plan } from './plan.ts'
import type { Sent } from './send.ts'
import { PHONE } from './world.ts'
import type { World } from './world.ts'

const WORKER_ID = 'worker-1'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Turns plans into requests: fills in who and which sessions they mean in this world. */
export async function createDesk(world: World, fresh: readonly [string, string]) {
  const { stack, people, organizations, sessions } = world
  const signCommand = createSigner(stack.keys, WORKER_ID, organizations.rival)
  const doctor = await world.doctorToken()
  const meant = new Map(
    Object.entries({
      '@linked': sessions.linked,
      '@phone': PHONE.ours,
      '@fresh': fresh[0],
      '@other fresh': fresh[1],
      '@bystander': sessions.connected,
      '@bystander waiting': sessions.waiting,
      '@bystander phone': PHONE.bystander,
      '@ours': organizations.ours,
      '@others': organizations.others,
    }),
  )
  const fill = (value: string): string => meant.get(value) ?? value
  const bearer = (token: string): [string, string] => ['authorization', `Bearer ${token}`]

  const users = new Map<string, [string, string][]>(
    Object.entries({
      admin: [bearer(people.admin.token)],
      agent: [bearer(people.agent.token)],
      stranger: [bearer(people.stranger.token)],
      nobody: [],
      nonsense: [bearer('a.b.c')],
      'anon key': [bearer(stack.keys.anon)],
      'service key': [bearer(stack.keys.serviceRole)],
      basic: [['authorization', 'Basic YTpi']],
      'two tokens': [bearer(people.stranger.token), bearer(people.admin.token)],
      doctor: [bearer(doctor)],
    }),
  )

  return async (name: DocumentName, { path }: Operation, plan: Plan): Promise<Sent> => {
    const filled = Object.entries(plan.parts).reduce((at, [key, value]) => at.replace(`{${key}}`, () => fill(value)), path)
    const query = plan.query.map(([key, value]) => `${key}=${fill(value)}`).join('&')
    const target = `${filled}${query && `?${query}`}`
    const base = name === 'edge' ? `${stack.parts.edge.url}/whatsapp-session` : stack.parts.worker.url
    const session = fill(plan.parts['session'] ?? '')
    const command = async (): Promise<[string, string][]> => {
      const signing = {
        organizationId: organizations.ours,
        sessionId: UUID.test(session) ? session.toLowerCase() : null,
        method: plan.method,
        path: target,
        body: plan.method === 'GET' || plan.method === 'HEAD' ? '' : (plan.body ?? ''),
      }
      return [bearer(await signCommand(signing, plan.who as Forgery))]
    }
    const signed = (FORGERIES as readonly string[]).includes(plan.who) ? await command() : (users.get(plan.who) ?? [])
    return { url: base + target, method: plan.method, headers: [...signed, ...plan.headers], body: plan.body }
  }
}
