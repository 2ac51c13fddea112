import { resolve } from './schema.js'

const TOKEN = { user: '$TOKEN', command: '$COMMAND', doctor: '$DOCTOR_TOKEN' }

/** An example of what a parameter or a body holds. */
function exampleOf(api, schema) {
  return resolve(api, schema).examples?.[0]
}

/** A call as it can be pasted into a shell. */
export function curlOf(api, base, { path, method, operation }) {
  const parameters = operation.parameters.map((parameter) => resolve(api, parameter))
  const valueOf = ({ examples }) => Object.values(examples)[0].value
  const inPath = parameters.filter((one) => one.in === 'path')
  const filled = inPath.reduce((at, one) => at.replace(`{${one.name}}`, valueOf(one)), path)
  const query = parameters.filter((one) => one.in === 'query').map((one) => `${one.name}=${encodeURIComponent(valueOf(one))}`)
  const url = `${base}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`
  const scheme = Object.keys(operation.security[0] ?? {})[0]
  const body = operation.requestBody?.content['application/json']
  const streams = Boolean(operation.responses[200].content?.['text/event-stream'])
  return [
    `curl ${streams ? '-N ' : ''}${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${url}"`,
    ...(scheme ? [`-H "Authorization: Bearer ${TOKEN[scheme]}"`] : []),
    ...(body ? ["-H 'content-type: application/json'", `-d '${JSON.stringify(exampleOf(api, body.schema))}'`] : []),
  ].join(' \\\n  ')
}
