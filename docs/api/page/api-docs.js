import { element, inline, link, prose } from './element.js'
import { idOf, operationCard } from './operation.js'
import { shape } from './schema.js'

const DOCUMENTS = ['edge', 'worker']

function callsOf(api, tag) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ path, method, operation })),
  )
}

/** Where the calls of a document go: an address below this origin, or one with names to fill in. */
function baseOf({ servers: [{ url, variables = {} }] }) {
  const filled = Object.entries(variables).reduce((at, [name, { default: value }]) => at.replace(`{${name}}`, value), url)
  return filled.startsWith('/') ? location.origin + filled : filled
}

function security(api) {
  const rows = Object.entries(api.components.securitySchemes).map(([name, { description }]) =>
    element('div', 'field', element('dt', '', element('code', 'name', name)), element('dd', '', ...inline(description))),
  )
  return element('dl', 'fields', ...rows)
}

function drawDocument(prefix, api) {
  const base = baseOf(api)
  const groups = api.tags.map(({ name, description }) =>
    element(
      'section',
      'group',
      element('h3', '', name),
      element('p', 'said', ...inline(description)),
      ...callsOf(api, name).map((call) => operationCard(prefix, api, base, call)),
    ),
  )
  const shapes = Object.entries(api.components.schemas).map(([name, schema]) => shape(prefix, name, schema))
  const file = element('a', '', `${prefix}.openapi.json`)
  file.href = `${prefix}.openapi.json`
  const made = element(
    'article',
    'document',
    element(
      'h2',
      '',
      api.info.title.replace(/^Latchkey: (.)/, (_, first) => first.toUpperCase()),
    ),
    prose(`${api.info.summary}\n\n${api.info.description}`),
    element('p', 'said', 'Below ', element('code', '', base), '. As a file: ', file, '.'),
    element('h3', '', 'Who may call'),
    security(api),
    ...groups,
    element('section', 'group', element('h3', '', 'Shapes'), ...shapes),
  )
  made.id = prefix
  return made
}

function drawContents(prefix, api) {
  const lists = api.tags.map(({ name }) => {
    const items = callsOf(api, name).map(({ path, method, operation }) => {
      const entry = link(
        idOf(prefix, operation),
        '',
        element('span', `method ${method}`, method.toUpperCase()),
        element('span', 'where', path),
      )
      entry.title = operation.summary
      return element('li', '', entry)
    })
    return element('div', '', element('h3', '', name), element('ul', '', ...items))
  })
  const made = element('div', 'index', ...lists)
  made.dataset.document = prefix
  return made
}

/** Shows the document that the address means, and opens the call or the shape that it names. */
function follow() {
  const hash = decodeURIComponent(location.hash.slice(1))
  const shown = DOCUMENTS.find((name) => hash === name || hash.startsWith(`${name}-`)) ?? DOCUMENTS[0]
  for (const part of document.querySelectorAll('.document')) part.hidden = part.id !== shown
  for (const part of document.querySelectorAll('.index')) part.hidden = part.dataset.document !== shown
  for (const entry of document.querySelectorAll('.switch a')) {
    if (entry.hash === `#${shown}`) entry.setAttribute('aria-current', 'page')
    else entry.removeAttribute('aria-current')
  }
  for (const entry of document.querySelectorAll('.contents a')) {
    if (entry.hash === `#${hash}`) entry.setAttribute('aria-current', 'true')
    else entry.removeAttribute('aria-current')
  }
  const target = hash && hash !== 'main' ? document.getElementById(hash) : null
  if (target?.tagName === 'DETAILS') {
    target.open = true
    target.querySelector('summary').focus({ preventScroll: true })
  }
  if (target) target.scrollIntoView()
  else if (hash === '') scrollTo(0, 0)
}

async function draw() {
  const notice = document.getElementById('notice')
  try {
    const answers = await Promise.all(DOCUMENTS.map((name) => fetch(`${name}.openapi.json`)))
    if (answers.some((answer) => !answer.ok)) throw new Error('a document is missing')
    const documents = await Promise.all(answers.map((answer) => answer.json()))
    document.getElementById('contents').append(...documents.map((api, at) => drawContents(DOCUMENTS[at], api)))
    document.getElementById('main').append(...documents.map((api, at) => drawDocument(DOCUMENTS[at], api)))
    notice.remove()
    follow()
    addEventListener('hashchange', follow)
  } catch {
    notice.textContent = 'The documents cannot be read. Load the page again.'
  }
}

await draw()
