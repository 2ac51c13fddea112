import { describe, expect, it } from 'vitest'
import { ERROR_STATUS } from '#domain/errors.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { checkApi } from '../../scripts/gen-api.ts'
import type { JsonSchema } from '../../scripts/openapi/shape.ts'
import { OPENAPI_SHAPE } from './support/openapi-shape.ts'
import { createJudge, DOCUMENTS, operationsOf, readDocument, resolve } from './support/resolve.ts'

/** Every value at a key named `key`, however deep. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === key ? [inner] : []).concat(valuesOf(inner, key) as never[]))
}

it('is what the schemas say today, word for word', async () => {
  expect(await checkApi()).toBeNull()
})

describe.each(DOCUMENTS)('the document of the %s', (name) => {
  const document = readDocument(name)
  const operations = operationsOf(document)
  const judge = createJudge(document)

  it('has the shape of an OpenAPI 3.1 document', () => {
    expect(createJudge({ components: {} })(OPENAPI_SHAPE, document)).toBeNull()
  })

  it('names each operation once, in words a program can use', () => {
    const ids = operations.map((operation) => operation.operationId)
    expect(ids.length).toBeGreaterThan(14)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]*$/)
  })

  it('points to nothing that is not there, and keeps nothing that nobody points to', () => {
    const refs = [...valuesOf(document, '$ref')] as string[]
    for (const $ref of refs) expect(resolve(document, { $ref })).toBeDefined()
    for (const kind of ['schemas', 'responses', 'parameters'] as const) {
      const unused = Object.keys(document.components[kind]).filter((key) => !refs.includes(`#/components/${kind}/${key}`))
      expect(unused).toEqual([])
    }
  })

  it('has schemas that draft 2020-12 takes, and examples that they take', () => {
    for (const schema of Object.values(document.components.schemas)) {
      const [example] = schema['examples'] as unknown[]
      expect([example, judge(schema, example)]).toEqual([example, null])
    }
    for (const { parameters } of operations) {
      for (const { schema, examples } of parameters) {
        for (const { value } of Object.values(examples)) expect([value, judge(schema, value)]).toEqual([value, null])
      }
    }
    const contents = operations.flatMap((operation) =>
      [operation.requestBody, ...Object.values(operation.responses)].flatMap((one) => Object.values(one?.content ?? {})),
    )
    for (const { schema, example } of contents)
      expect([example, example === undefined ? null : judge(schema, example)]).toEqual([example, null])
  })

  it('describes every operation, parameter, field, body and answer in sentences', () => {
    const told = operations.flatMap(({ operationId, summary, parameters, responses, requestBody }) => [
      [operationId, summary],
      ...parameters.map((one) => [`${operationId} ${one.name}`, one.description]),
      ...Object.entries(responses).map(([status, one]) => [`${operationId} ${status}`, one.description]),
      ...(requestBody ? [[`${operationId} body`, requestBody.description]] : []),
    ])
    const schemas = Object.entries(document.components.schemas)
    const fields = schemas.flatMap(([component, { properties = {} }]) =>
      Object.entries(properties as Record<string, JsonSchema>).map(([field, one]) => [`${component}.${field}`, one['description']]),
    )
    const said = [...told, ...fields, ...schemas.map(([component, { description }]) => [component, description])]
    expect(said.length).toBeGreaterThan(100)
    const silent = said.filter(([, sentence]) => typeof sentence !== 'string' || !/^\S.*\.$/s.test(sentence))
    expect(silent).toEqual([])
  })

  it('groups its operations by tags that it explains', () => {
    const tags = document.tags.map((tag) => tag.name)
    expect(new Set(operations.flatMap((operation) => operation.tags))).toEqual(new Set(tags))
  })

  it('declares the parameters of its paths, all of them and no others', () => {
    for (const { path, parameters } of operations) {
      const inPath = [...path.matchAll(/\{([a-z]+)\}/g)].map(([, parameter]) => parameter)
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(inPath)
      for (const parameter of parameters) expect(parameter.required || parameter.in === 'query').toBe(true)
    }
  })

  it('gives each code of a refusal the status that it has', () => {
    const refused = operations.flatMap(({ responses }) => Object.entries(responses).filter(([status]) => Number(status) >= 400))
    expect(refused.length).toBeGreaterThan(50)
    for (const [status, { content }] of refused) {
      const schema = content['application/json']?.schema ?? {}
      const [codes = []] = valuesOf((schema['allOf'] as unknown[])[1], 'enum') as ErrorCode[][]
      expect(codes.length).toBeGreaterThan(0)
      for (const code of codes) expect([code, ERROR_STATUS[code]]).toEqual([code, Number(status)])
    }
  })

  it('asks for a token wherever there is something to protect', () => {
    for (const { operationId, tags, security } of operations) {
      expect([operationId, security.length > 0]).toEqual([operationId, !tags.includes('About')])
      for (const scheme of security.flatMap((one) => Object.keys(one))) expect(document.components.securitySchemes).toHaveProperty(scheme)
    }
  })
})
