import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { ROOT } from '../../../scripts/stack/layout.ts'
import type { JsonSchema, Method, OpenApiDocument, OperationObject, Parameter, Response } from '../../../scripts/openapi/shape.ts'
import { METHODS } from '../../../scripts/openapi/shape.ts'

export const DOCUMENTS = ['edge', 'worker'] as const
export type DocumentName = (typeof DOCUMENTS)[number]

/** A document as its file holds it. */
export function readDocument(name: DocumentName): OpenApiDocument {
  return JSON.parse(readFileSync(join(ROOT, `docs/api/${name}.openapi.json`), 'utf8')) as OpenApiDocument
}

/** What `value` points to, or `value` itself. Throws where there is nothing. */
export function resolve<T>(document: OpenApiDocument, value: T | { $ref: string }): T {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value
  const [, ...keys] = value.$ref.split('/')
  const found = keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
  if (found === undefined) throw new Error(`nothing is at ${value.$ref}`)
  return found as T
}

export type Operation = Omit<OperationObject, 'parameters' | 'responses'> & {
  path: string
  method: Method
  parameters: Parameter[]
  responses: Record<string, Response>
}

/** Every operation, with what it points to in place. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      if (!operation) return []
      const parameters = operation.parameters.map((parameter) => resolve<Parameter>(document, parameter))
      const responses = Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [status, resolve<Response>(document, response)]),
      )
      return [{ ...operation, path, method, parameters, responses }]
    }),
  )
}

/** Judges values by the schemas of one document. Returns what is wrong, or `null`. */
export function createJudge(document: { components: object }): (schema: JsonSchema, value: unknown) => string | null {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'latchkey:document', components: document.components })
  ajv.addKeyword('components')
  const known = new Map<string, ReturnType<typeof ajv.compile>>()
  return (schema, value) => {
    const text = JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"latchkey:document#/')
    let validate = known.get(text)
    if (!validate) known.set(text, (validate = ajv.compile(JSON.parse(text) as object)))
    return validate(value) ? null : ajv.errorsText(validate.errors)
  }
}
