import { block, element, inline, link } from './element.js'

/** What `value` points to in its document, or itself. */
export function resolve(api, value) {
  if (!value?.$ref) return value
  return value.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], api)
}

/** The name of what a reference points to. */
export function nameOf({ $ref }) {
  return $ref.split('/').at(-1)
}

const FORMATS = { uuid: 'UUID', 'date-time': 'date and time, ISO 8601' }

/** A type in words, with links to the shapes that it names. */
export function typeOf(prefix, schema) {
  if (schema.$ref) return [link(`${prefix}-shape-${nameOf(schema)}`, '', nameOf(schema))]
  const choices = schema.anyOf ?? schema.oneOf
  if (choices)
    return between(
      ' or ',
      choices.map((choice) => typeOf(prefix, choice)),
    )
  if (schema.enum)
    return between(
      ' · ',
      schema.enum.map((value) => [element('code', '', String(value))]),
    )
  if ('const' in schema) return [element('code', '', JSON.stringify(schema.const))]
  if (schema.type === 'array') return ['list of ', ...typeOf(prefix, schema.items ?? {})]
  const types = [schema.type ?? 'anything'].flat().join(' or ')
  return [`${FORMATS[schema.format] ?? types}${limits(schema)}`]
}

function between(separator, lists) {
  return lists.flatMap((list, at) => (at === 0 ? list : [separator].concat(list)))
}

function limits({ minLength, maxLength, minimum, pattern }) {
  const said = []
  if (maxLength !== undefined) said.push(`${minLength ?? 0} to ${maxLength} characters`)
  if (minimum !== undefined) said.push(`from ${minimum}`)
  if (pattern !== undefined) said.push(`like ${pattern}`)
  return said.length > 0 ? ` (${said.join(', ')})` : ''
}

/** The fields of an object: name, type, what they mean. */
export function fields(prefix, schema) {
  const required = new Set(schema.required)
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) =>
    field(name, typeOf(prefix, property), property.description ?? '', required.has(name)),
  )
  return rows.length > 0 ? element('dl', 'fields', ...rows) : null
}

/** One line of a list of fields. */
export function field(name, type, description, required) {
  const term = element('dt', '', element('code', 'name', name), required ? null : element('span', 'optional', 'optional'))
  return element('div', 'field', term, element('dd', 'type', ...type), element('dd', '', ...inline(description)))
}

/** A named shape with its fields and an example. */
export function shape(prefix, name, schema) {
  const variants = (schema.oneOf ?? []).map((variant) => fields(prefix, variant))
  const made = element(
    'details',
    'card',
    element('summary', '', element('code', 'path', name), element('span', 'gist', ...inline(schema.description ?? ''))),
    element('div', 'inside', fields(prefix, schema), ...variants, block('Example', JSON.stringify(schema.examples?.[0], null, 2))),
  )
  made.id = `${prefix}-shape-${name}`
  return made
}
