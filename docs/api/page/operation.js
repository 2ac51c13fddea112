import { curlOf } from './curl.js'
import { block, element, inline, prose } from './element.js'
import { field, nameOf, resolve, typeOf } from './schema.js'

/** One call: closed it says what it is, open it says everything. */
export function operationCard(prefix, api, base, call) {
  const { path, method, operation } = call
  const made = element(
    'details',
    'card',
    element(
      'summary',
      '',
      element('span', `method ${method}`, method.toUpperCase()),
      element('code', 'path', path),
      element('span', 'gist', ...inline(operation.summary)),
    ),
    element(
      'div',
      'inside',
      operation.description ? prose(operation.description) : null,
      parameters(prefix, api, operation),
      body(prefix, api, operation),
      block('As a command', curlOf(api, base, call), true),
      ...answers(prefix, api, operation),
      refusals(api, operation),
    ),
  )
  made.id = idOf(prefix, operation)
  return made
}

/** Where a call is on the page. */
export function idOf(prefix, { operationId }) {
  return `${prefix}-${operationId}`
}

function part(title, ...children) {
  return element('section', 'part', element('h4', '', title), ...children)
}

function parameters(prefix, api, operation) {
  if (operation.parameters.length === 0) return null
  const rows = operation.parameters.map((one) => {
    const { name, schema, description, required, in: place } = resolve(api, one)
    return field(name, [`in the ${place}: `, ...typeOf(prefix, schema)], description, required)
  })
  return part('Parameters', element('dl', 'fields', ...rows))
}

function body(prefix, api, { requestBody }) {
  if (!requestBody) return null
  const { schema } = requestBody.content['application/json']
  const example = JSON.stringify(resolve(api, schema).examples[0], null, 2)
  return part(
    'Body',
    element('p', 'said', ...typeOf(prefix, schema), `${requestBody.required ? '' : ', optional'}. `, ...inline(requestBody.description)),
    block('application/json', example),
  )
}

function answers(prefix, api, operation) {
  return Object.entries(operation.responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, response]) => {
      const { description, content = {} } = resolve(api, response)
      const blocks = Object.entries(content).flatMap(([type, { schema, example, 'x-events': events }]) => {
        const shown = example ?? resolve(api, schema).examples?.[0]
        const text = typeof shown === 'string' ? shown : JSON.stringify(shown, null, 2)
        const named = events ?? schema
        const said = named.$ref ? element('p', 'said', events ? 'Each event: ' : '', ...typeOf(prefix, named)) : null
        return [said, shown === undefined ? null : block(type, text)].filter(Boolean)
      })
      return part(`Answer ${status}`, prose(description), ...blocks)
    })
}

function refusals(api, operation) {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, response]) => {
      const { description } = resolve(api, response)
      const sentences = description.split('\n\n').map((sentence) => element('p', '', ...inline(sentence)))
      return element('div', 'refusal', element('dt', '', status), element('dd', '', ...sentences))
    })
  if (rows.length === 0) return null
  const first = Object.values(operation.responses).find((response) => response.$ref)
  const schema = resolve(api, first).content['application/json'].schema.allOf[0]
  return part(
    'Refusals',
    element('p', 'said', 'Each in the shape ', element('code', '', nameOf(schema)), '.'),
    element('dl', 'refusals', ...rows),
  )
}
