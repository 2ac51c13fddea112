import * as z from 'zod/mini'
import { PhoneNumber } from '#domain/phone-number.ts'
import type { Entry } from './catalogue.ts'
import type { JsonSchema } from './shape.ts'

/** What zod writes for the bounds of any whole number: of no use to a reader. */
const SAFE = Number.MAX_SAFE_INTEGER

/** How a phone number may be written. The library knows the rest: which countries there are, and how long their numbers can be. */
const WRITTEN_NUMBER = {
  description: 'A phone number in international form. Spaces, dashes and brackets do not matter; the plus may be missing, or be `00`.',
  pattern: '^(\\+|00)?[0-9][0-9 ().-]{6,36}$',
  maxLength: 40,
  examples: ['+51 987 654 321', '51987654321'],
}

/** The schemas of a catalogue as JSON Schema, one component each, pointing to each other. */
export function componentsOf(entries: readonly Entry[]): Record<string, JsonSchema> {
  const made = { ...convert(entries, 'input'), ...convert(entries, 'output') }
  return Object.fromEntries(entries.map((entry) => [entry.name, withWords(made[entry.name] ?? {}, entry)]))
}

function convert(entries: readonly Entry[], io: Entry['io']): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>()
  for (const { name, schema } of entries.filter((one) => one.io === io)) registry.add(schema, { id: name })
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      if ((zodSchema as unknown) === PhoneNumber) Object.assign(jsonSchema, WRITTEN_NUMBER)
      if (jsonSchema.format === 'uuid') delete jsonSchema.pattern
      if (jsonSchema.minimum === -SAFE) delete jsonSchema.minimum
      if (jsonSchema.maximum === SAFE) delete jsonSchema.maximum
      for (const [name, property] of Object.entries(jsonSchema.properties ?? {})) {
        if (name.endsWith('At') && typeof property === 'object') property.format = 'date-time'
      }
    },
  })
  return Object.fromEntries(Object.entries(schemas).map(([name, { $schema: _draft, $id: _id, ...schema }]) => [name, schema as JsonSchema]))
}

function withWords(schema: JsonSchema, { says, example, fields }: Entry): JsonSchema {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined
  const described = Object.entries(properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = property
    return [name, { description: [fields[name], description].filter(Boolean).join(' '), ...rest }]
  })
  return { description: says, ...schema, ...(properties && { properties: Object.fromEntries(described) }), examples: [example] }
}
