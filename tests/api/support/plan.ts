import * as fc from 'fast-check'
import type { OpenApiDocument } from '../../../scripts/openapi/shape.ts'
import { arbitraryOf, brokenBody, encoded, oddPart, spoiledObject } from './arbitrary.ts'
import { FORGERIES } from './callers.ts'
import type { DocumentName, Operation } from './resolve.ts'

/** Who calls the function. */
export const CALLERS = ['admin', 'agent', 'stranger', 'nobody', 'nonsense', 'anon key', 'service key', 'basic', 'two tokens'] as const
/** Sessions by what they are in the world, so that a plan means the same in another run. */
export const TARGETS = ['@linked', '@phone', '@fresh', '@other fresh', '@bystander', '@bystander waiting', '@bystander phone'] as const

/** One call, told in words of the world: it can be printed, made smaller, and made again. */
export type Plan = {
  who: string
  method: string
  parts: Record<string, string>
  query: [name: string, value: string][]
  body: string | null
  headers: [name: string, value: string][]
}

const CONTENT_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'x',
]
const ODD_HEADERS: [string, string][] = [
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-host', 'elsewhere.example'],
  ['accept', 'text/html'],
  ['accept', ''],
  ['content-encoding', 'gzip'],
  ['upgrade-insecure-requests', '1'],
  ['if-none-match', '*'],
  ['range', 'bytes=0-1'],
  ['cookie', 'a'.repeat(4000)],
]

/** Calls of one operation: right and wrong in everything that a caller can choose. */
export function planOf(name: DocumentName, document: OpenApiDocument, operation: Operation): fc.Arbitrary<Plan> {
  const own = operation.method.toUpperCase()
  const right = name === 'edge' ? 'admin' : 'right'
  const wrong = name === 'edge' ? CALLERS : ([...FORGERIES, 'nobody', 'nonsense', 'doctor'] as const)
  const who = fc.oneof(
    { weight: 5, arbitrary: fc.constant<string>(right) },
    { weight: name === 'edge' ? 2 : 0, arbitrary: fc.constant('agent') },
    { weight: operation.tags.includes('Doctor') ? 8 : 0, arbitrary: fc.constant('doctor') },
    { weight: 3, arbitrary: fc.constantFrom<string>(...wrong) },
  )
  const plan = fc.record<Plan>({
    who,
    method: fc.oneof(
      { weight: 12, arbitrary: fc.constant(own) },
      { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD') },
    ),
    parts: fc.record(
      Object.fromEntries(operation.parameters.filter((one) => one.in === 'path').map((one) => [one.name, valueOf(document, one)])),
    ),
    query: queryOf(document, operation),
    body: bodyOf(document, operation),
    headers: fc
      .tuple(
        fc.oneof(
          { weight: 3, arbitrary: fc.constant('application/json') },
          { weight: 1, arbitrary: fc.constantFrom(null, ...CONTENT_TYPES) },
        ),
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(ODD_HEADERS, { maxLength: 2 }) }),
      )
      .map(([type, odd]) => withType(type, odd)),
  })
  return plan.map((one) => Object.assign(one, { [fc.toStringMethod]: () => shortened(one) }))
}

/** A plan as text: a body that is too long to read is cut, for seed and path make it again. */
function shortened(plan: Plan): string {
  return JSON.stringify({
    ...plan,
    body: plan.body && plan.body.length > 500 ? `${plan.body.slice(0, 100)}… (${plan.body.length})` : plan.body,
  })
}

function withType(type: string | null, odd: readonly [string, string][]): [string, string][] {
  return type === null ? [...odd] : [['content-type', type], ...odd]
}

function valueOf(document: OpenApiDocument, { name, schema }: Operation['parameters'][number]): fc.Arbitrary<string> {
  const declared = arbitraryOf(document, schema).map((value) => encoded(String(value)))
  if (name === 'organization') return fc.oneof({ weight: 4, arbitrary: fc.constant('@ours') }, fc.constant('@others'), declared, oddPart)
  if (name === 'message') return fc.oneof(declared, oddPart)
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<string>(...TARGETS, '@linked', '@phone') },
    { weight: 1, arbitrary: declared },
    { weight: 2, arbitrary: oddPart },
  )
}

/** Each parameter once, never or twice, and sometimes one that nobody knows. */
function queryOf(document: OpenApiDocument, operation: Operation): fc.Arbitrary<[string, string][]> {
  const known = operation.parameters
    .filter((one) => one.in === 'query')
    .map((one) => {
      const pair = valueOf(document, one).map((value): [string, string] => [one.name, value])
      const often = { organization: 12, session: 10 }[one.name] ?? 1
      return fc.oneof(
        { weight: often, arbitrary: fc.constant<[string, string][]>([]) },
        { weight: 5, arbitrary: fc.tuple(pair) },
        { weight: 1, arbitrary: fc.tuple(pair, pair) },
      )
    })
  const unknown = fc.oneof(
    { weight: 6, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 1, arbitrary: oddPart.map((value): [string, string][] => [['x', value]]) },
  )
  return fc.tuple(unknown, ...known).map((lists) => lists.flat())
}

function bodyOf(document: OpenApiDocument, { requestBody, method }: Operation): fc.Arbitrary<string | null> {
  const schema = requestBody?.content['application/json']?.schema
  if (!schema) {
    return fc.oneof(
      { weight: 5, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: method === 'get' ? fc.constant('{}') : brokenBody },
    )
  }
  const valid = arbitraryOf(document, schema)
  return fc.oneof(
    { weight: 5, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: spoiledObject(valid) },
    { weight: 2, arbitrary: brokenBody },
    { weight: 1, arbitrary: fc.constant(null) },
  )
}
