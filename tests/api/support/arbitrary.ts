import * as fc from 'fast-check'
import type { JsonSchema, OpenApiDocument } from '../../../scripts/openapi/shape.ts'
import { resolve } from './resolve.ts'

/** Values that `schema` takes: as much of JSON Schema as the bodies and parameters of our documents use. */
export function arbitraryOf(document: OpenApiDocument, pointing: JsonSchema): fc.Arbitrary<unknown> {
  const schema = resolve<JsonSchema>(document, pointing)
  const examples = ((schema['examples'] as unknown[] | undefined) ?? []).map((example) => fc.constant(example))
  const choices = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined
  if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(document, choice)))
  if (schema['type'] === 'object') return fc.oneof(objectOf(document, schema), ...examples)
  if (schema['type'] !== 'string') throw new Error(`no values are known for ${JSON.stringify(schema)}`)
  if (schema['format'] === 'uuid') return fc.uuid({ version: 4 })
  if (schema['pattern']) return fc.oneof(fc.stringMatching(new RegExp(schema['pattern'] as string)), ...examples)
  const minLength = Number(schema['minLength'] ?? 0)
  return fc.string({ unit: 'binary', minLength, maxLength: Math.min(Number(schema['maxLength'] ?? 100), 200) })
}

function objectOf(document: OpenApiDocument, schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  const model = Object.fromEntries(properties.map(([name, property]) => [name, arbitraryOf(document, property)]))
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[] })
}

/** Texts that programs stumble over. */
const ODD_TEXTS = ['', ' ', '\u0000', 'a\u0000b', '\ud800', '‮abc', '𝕏🇵🇪', '../../etc/passwd', "' or 1=1 --", '__proto__', '+0', '٣٤٥']

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, [], {}, ...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.constantFrom(5000, 20_000).map((length) => 'x'.repeat(length)),
)

/** JSON of an object like those that `valid` makes, with one thing wrong: a field missing, of another type, strange, twice, or too many. */
export function spoiledObject(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const how = fc.constantFrom('missing', 'changed', 'added', 'twice', 'in a list', 'as a text')
  return fc.tuple(valid, how, fc.nat(), oddValue).map(([value, way, at, odd]) => {
    const fields = Object.entries(value ?? {})
    const key = fields[at % Math.max(1, fields.length)]?.[0] ?? 'orderId'
    const rest = fields.filter(([name]) => name !== key)
    if (way === 'missing') return JSON.stringify(Object.fromEntries(rest))
    if (way === 'changed') return JSON.stringify({ ...Object.fromEntries(fields), [key]: odd })
    if (way === 'added') return JSON.stringify({ ...Object.fromEntries(fields), admin: true, organization_id: odd })
    if (way === 'in a list') return JSON.stringify([value])
    if (way === 'as a text') return JSON.stringify(JSON.stringify(value))
    const twice = [...fields, [key, odd] as const].map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`)
    return `{${twice.join(',')}}`
  })
}

/** What is no JSON, or JSON that hurts. */
export const brokenBody: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '{',
    '[',
    'null',
    '"',
    '{"a":}',
    '{"orderId":1e999}',
    '\u0000',
    '\ufeff{}',
    '{}{}',
    'orderId=1',
    '{"__proto__":{"admin":true}}',
  ),
  fc.constantFrom(100, 5000, 30_000).map((depth) => '['.repeat(depth)),
  fc.constantFrom(100, 5000).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.constantFrom(66_000, 90_000).map((length) => JSON.stringify({ text: 'x'.repeat(length) })),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

/** A part of a path that names nothing, as it goes over the wire. */
export const oddPart: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '%00',
    '%zz',
    '%',
    '..%2f..%2fetc',
    '1',
    'null',
    'a'.repeat(300),
    'a'.repeat(5000),
    '%F0%9F%93%9E',
    '%ff',
    '+',
    '%20',
    '00',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/^\.+$/.test(text))
    .map(encoded),
)

/** A text as it may stand in a path or a query; half a character becomes the sign for one that is damaged. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
