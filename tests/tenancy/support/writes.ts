import type { Attack } from './attack.ts'
import type { Catalogue, Column, Relation, Routine, Row } from './catalogue.ts'
import { JSON_BODY, literal } from './reads.ts'
import type { Tenant } from './tenants.ts'

const enc = encodeURIComponent
const PREFERENCES = ['return=representation, count=exact', 'return=headers-only, missing=default, handling=lenient'] as const
const UPSERTS = ['resolution=merge-duplicates', 'resolution=ignore-duplicates']

/** Everything that can be tried to write into a relation, aimed at the victim's `rows`. `own`: an organisation of the attacker's. */
export function writesOf(relation: Relation, rows: readonly Row[], victim: Tenant, own: string): Attack[] {
  const base = `/rest/v1/${enc(relation.name)}`
  const [row] = rows
  const to = (what: string, method: string, query: string, prefer: string, body: unknown): Attack => ({
    what,
    method,
    path: base + query,
    headers: [...(body === undefined ? [] : JSON_BODY), ['prefer', prefer]],
    body: body === undefined ? null : JSON.stringify(body),
  })
  const isOwner = (name: string): boolean => name === 'organization_id' || (relation.name === 'organizations' && name === 'id')
  const whose = relation.columns.map(({ name }) => name).find(isOwner) ?? 'organization_id'
  const empty = Object.fromEntries(relation.columns.map(({ name }) => [name, null]))
  const theirs = row ?? { ...empty, [whose]: victim.id }
  const filters = Object.entries(theirs).filter(([, value]) => value !== null && victim.traces.seenIn(JSON.stringify(value), '') !== null)
  const attacks: Attack[] = []
  for (const prefer of PREFERENCES) {
    const news: Row = { ...theirs, id: undefined }
    attacks.push(to('a new row for them', 'POST', '', prefer, news))
    attacks.push(to('their row again', 'POST', '?select=*', prefer, theirs))
    attacks.push(
      to('their row, and others', 'POST', `?columns=${relation.columns.map(({ name }) => enc(name)).join(',')}`, prefer, [theirs, news]),
    )
  }
  for (const [name, value] of filters) {
    const where = `?${enc(name)}=eq.${literal(value)}`
    attacks.push(to(`rows erased by ${name}`, 'DELETE', where, PREFERENCES[0], undefined))
    attacks.push(to(`rows replaced by ${name}`, 'PUT', where, PREFERENCES[0], theirs))
    attacks.push(to(`rows changed by ${name}, nothing new`, 'PATCH', where, PREFERENCES[0], theirs))
    attacks.push(to(`rows taken over by ${name}`, 'PATCH', where, PREFERENCES[0], { [whose]: own }))
  }
  for (const { name, type } of relation.columns) {
    for (const [by, value] of filters.slice(0, 1)) {
      attacks.push(
        to(`their ${name} changed`, 'PATCH', `?${enc(by)}=eq.${literal(value)}`, 'return=representation', { [name]: sample(type) }),
      )
    }
  }
  attacks.push(to('own rows moved to them', 'PATCH', `?${whose}=eq.${own}`, 'return=representation', { [whose]: victim.id }))
  for (const unique of relation.uniques) {
    for (const resolution of UPSERTS) {
      const query = `?on_conflict=${unique.map(enc).join(',')}`
      attacks.push(to(`their row upserted over ${unique.join(', ')}`, 'POST', query, `return=representation, ${resolution}`, theirs))
      attacks.push(
        to(`their row upserted as ours over ${unique.join(', ')}`, 'POST', query, `return=representation, ${resolution}`, {
          ...theirs,
          [whose]: own,
        }),
      )
    }
  }
  return attacks
}

/** Each function with the victim's ids: in all arguments, in each alone beside our own, by POST and by GET. */
export function callsOf(
  { name, parameters, optional }: Routine,
  victim: Tenant,
  own: { organization: string; session: string; user: string },
): Attack[] {
  const rpc = `/rest/v1/rpc/${enc(name)}`
  const isId = ({ type }: Column): boolean => type.startsWith('uuid')
  const shaped = ({ type }: Column, id: string): unknown => (type.endsWith('[]') ? [id] : id)
  const ours = (one: Column): unknown => {
    if (!isId(one)) return sample(one.type)
    return shaped(one, one.name.includes('organization') ? own.organization : one.name.includes('user') ? own.user : own.session)
  }
  const choices: Record<string, unknown>[] = []
  const ids = parameters.filter(isId)
  for (const [, id] of idsOf(victim)) {
    if (ids.length > 0)
      choices.push(Object.fromEntries(parameters.map((one) => [one.name, isId(one) ? shaped(one, id) : sample(one.type)])))
  }
  for (const one of ids) {
    for (const [kind, id] of idsOf(victim)) {
      if (ids.length < 2 || !one.name.includes(kind)) continue
      choices.push(Object.fromEntries(parameters.map((each) => [each.name, each === one ? shaped(one, id) : ours(each)])))
    }
  }
  if (ids.length === 0) choices.push(Object.fromEntries(parameters.map((one) => [one.name, sample(one.type, victim)])))
  const query = (given: Record<string, unknown>): string =>
    Object.entries(given)
      .map(([key, value]) => `${enc(key)}=${Array.isArray(value) ? `%7B${value.join(',')}%7D` : literal(value)}`)
      .join('&')
  // What narrows an answer is left out as well.
  const needed = parameters.filter((one, nth) => isId(one) || nth < parameters.length - optional).map((one) => one.name)
  const brief = choices.map((given) => Object.fromEntries(Object.entries(given).filter(([key]) => needed.includes(key))))
  return [...choices, ...(needed.length < parameters.length ? brief : [])].flatMap((given) => [
    {
      what: `${name} called`,
      method: 'POST',
      path: rpc,
      headers: [...JSON_BODY, ['prefer', 'return=representation, count=exact']],
      body: JSON.stringify(given),
    },
    { what: `${name} called by GET`, method: 'GET', path: `${rpc}?${query(given)}`, headers: [], body: null },
  ])
}

function idsOf({ id, sessions, people, orders, invitation }: Tenant): [kind: string, id: string][] {
  return [
    ['organization', id],
    // One that is there, one that anybody may purge after a while, and one that only an order remembers.
    ...['connected', 'stale', 'cleared'].map((what): [string, string] => ['session', sessions[what] ?? '']),
    ['user', people.agent.id],
    ['order', orders['ordered away'] ?? ''],
    ['order', orders['cleared'] ?? ''],
    ['invitation', invitation],
  ]
}

/** A value of a type. What is no id and could name somebody names the victim, where there is one. */
function sample(type: string, victim?: Tenant): unknown {
  if (type === 'uuid') return victim?.id ?? '00000000-0000-4000-8000-000000000000'
  if (/int|numeric|double/.test(type)) return 1
  if (type.startsWith('json')) return {}
  if (type.startsWith('timestamp')) return '2026-01-01T00:00:00Z'
  if (type === 'boolean') return true
  if (type.endsWith('[]')) return []
  if (type.endsWith('member_role')) return 'owner'
  if (type.endsWith('session_status')) return 'disconnected'
  if (type.endsWith('status_reason')) return 'reset'
  return 'somebody'
}

/** Says how much time is left, of workers that serve everybody: it answers otherwise at each moment, whatever anybody does. */
const TICKS = 'worker_silence_in'

/** Calls that change nothing and name nobody: what they answer may not depend on somebody else either. */
export function readingCalls({ routines }: Catalogue, victim: Tenant): Attack[] {
  const nobody = { organization: victim.id, session: victim.id, user: victim.id }
  const quiet = routines.filter(
    ({ name, reads, parameters }) => reads && name !== TICKS && !parameters.some(({ type }) => type.startsWith('uuid')),
  )
  return quiet.flatMap((routine) => callsOf(routine, victim, nobody))
}

/** What a whole catalogue can be attacked with, beside reading. */
export function writesAndCalls(
  catalogue: Catalogue,
  rows: ReadonlyMap<Relation, readonly Row[]>,
  victim: Tenant,
  own: Parameters<typeof callsOf>[2],
): Attack[] {
  return [
    ...catalogue.relations.flatMap((relation) => writesOf(relation, rows.get(relation) ?? [], victim, own.organization)),
    ...catalogue.routines.flatMap((routine) => callsOf(routine, victim, own)),
  ]
}
