import { type Operation, resolve } from '../../api/support/resolve.ts'
import type { Body, JsonSchema, OpenApiDocument, Parameter } from '../../../scripts/openapi/shape.ts'
import type { Attack } from './attack.ts'
import { SPELLINGS } from './traces.ts'
import { SHARED_PHONE, type Tenant } from './tenants.ts'

/** A text that waits nowhere in the database: only a worker knows it. */
export const THEIR_TEXT = '3EB0AABBCCDDEEFF00112233'
/** What an attacker may rightly say: a session and an organisation of their own, where they have one. */
export type Own = { session: string; organization: string }

/** Values of a victim for a parameter, by its name; one whose name nobody knows is tried with everything. */
function valuesFor({ name }: Parameter, { id, sessions, phones, orders, people }: Tenant): [what: string, value: string][] {
  const ids = Object.entries(sessions).map(([what, value]): [string, string] => [`the ${what} session`, value])
  const numbers = ['connected', 'cleared'].map((what): [string, string] => [`the number of the ${what} session`, phones[what] ?? ''])
  const known: Record<string, [string, string][]> = {
    session: [...ids, ...numbers],
    phone: [...ids, ...numbers],
    organization: [['the organisation', id]],
    message: [['the text', THEIR_TEXT]],
  }
  const all = (): [string, string][] => [...ids, ...numbers, ['an order', orders['cleared'] ?? ''], ['an owner', people.owner.id]]
  return known[name] ?? all()
}

/** These are written in every way; how it is written does not depend on what state a session is in. */
const SPELLED: ReadonlySet<string> = new Set(['the connected session', 'the number of the connected session', 'the text'])

const OWN_VALUE: Record<string, (own: Own) => string> = {
  session: ({ session }) => session,
  phone: ({ session }) => session,
  organization: ({ organization }) => organization,
  message: () => '3EB0C767D82B6A1F4E90',
}

/** A body that the document gives as an example; an order in it would be nobody's. */
function bodyOf(document: OpenApiDocument, { content }: Body): object | null {
  const schema = resolve<JsonSchema>(document, content['application/json']?.schema ?? {})
  const { orderId: _, ...fields } = ((schema['examples'] as object[] | undefined)?.[0] ?? {}) as { orderId?: string }
  return Object.keys(fields).length > 0 ? fields : null
}

/** Every place of an operation where something of the victim's can be put, with each thing that fits there and each way to write it. */
export function attacksOn(document: OpenApiDocument, operation: Operation, victim: Tenant, own: Own): Attack[] {
  const { path, parameters, requestBody } = operation
  const method = operation.method.toUpperCase()
  const body = requestBody ? bodyOf(document, requestBody) : null
  const ownOf = ({ name }: Parameter): string => OWN_VALUE[name]?.(own) ?? own.session
  const inPath = parameters.filter((one) => one.in === 'path')
  const inQuery = parameters.filter((one) => one.in === 'query')

  const request = (what: string, parts: Record<string, string>, query: string[], more: Partial<Attack> = {}): Attack => ({
    what,
    method,
    path:
      inPath.reduce((at, one) => at.replace(`{${one.name}}`, parts[one.name] ?? ownOf(one)), path) +
      (query.length ? `?${query.join('&')}` : ''),
    headers: body ? [['content-type', 'application/json']] : [],
    body: body && JSON.stringify(body),
    ...more,
  })
  /** A session is always named: where the query names it, by the query. */
  const named = inQuery.filter(({ name }) => name === 'session').map((one) => `session=${ownOf(one)}`)
  const foreign = {
    organizationId: victim.id,
    organization_id: victim.id,
    sessionId: victim.sessions['connected'],
    session_id: victim.sessions['connected'],
    phone: victim.phones['connected'],
    orderId: victim.orders['cleared'],
    order_id: victim.orders['ordered away'],
    user_id: victim.people.owner.id,
  }
  const strings = Object.entries(foreign).map(([name, value]) => [name, value ?? ''] as const)

  const attacks = [request('its own', {}, named)]
  for (const one of inPath) {
    for (const [what, value] of valuesFor(one, victim)) {
      const ways = SPELLED.has(what) ? Object.entries(SPELLINGS) : [['plain', SPELLINGS.plain] as const]
      for (const [way, spell] of ways) attacks.push(request(`${what} in the path, ${way}`, { [one.name]: spell(value) }, []))
    }
    const theirs = victim.sessions['connected'] ?? ''
    attacks.push(request('in braces', { [one.name]: `%7B${theirs}%7D` }, []))
    attacks.push(request('as a number that both have', { [one.name]: SHARED_PHONE }, []))
    for (const query of inQuery)
      attacks.push(request(`path theirs, ${query.name} our own`, { [one.name]: theirs }, [`${query.name}=${ownOf(query)}`]))
  }
  for (const one of inQuery) {
    const besides = one.name === 'organization' ? named : []
    for (const [what, value] of valuesFor(one, victim)) {
      attacks.push(request(`${what} in the query`, {}, [...besides, `${one.name}=${value}`]))
      attacks.push(request(`${what} behind our own`, {}, [...besides, `${one.name}=${ownOf(one)}`, `${one.name}=${value}`]))
      attacks.push(request(`${what} before our own`, {}, [...besides, `${one.name}=${value}`, `${one.name}=${ownOf(one)}`]))
    }
  }
  attacks.push(request('in a query that nobody knows', {}, [...named, ...strings.map(([name, value]) => `${name}=${value}`)]))
  attacks.push(
    request('in headers', {}, named, {
      headers: [
        ...(body ? [['content-type', 'application/json'] as const] : []),
        ...strings.map(([name, value]) => [`x-${name.replace('_', '-')}`, value] as const),
        ['x-original-url', `/whatsapp-session/${victim.sessions['connected']}/status`],
        ['cookie', `organization=${victim.id}; session=${victim.sessions['connected']}`],
      ],
    }),
  )
  if (method !== 'GET') {
    const typed = { headers: [['content-type', 'application/json'] as const] }
    attacks.push(
      request('in a body that nobody asked for', {}, named, {
        ...typed,
        body: JSON.stringify({ ...foreign, orderId: undefined, ...body }),
      }),
    )
    attacks.push(request('an order in the body', {}, named, { ...typed, body: JSON.stringify({ ...body, orderId: foreign.orderId }) }))
  }
  return attacks
}
