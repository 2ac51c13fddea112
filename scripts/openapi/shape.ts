/** JSON Schema (draft 2020-12), as OpenAPI 3.1 takes it. */
export type JsonSchema = { [keyword: string]: unknown }
export type Reference = { $ref: string }

export type Parameter = {
  name: string
  in: 'path' | 'query'
  required: boolean
  description: string
  schema: JsonSchema
  examples: Record<string, { summary: string; value: string }>
}
export type Content = Record<string, { schema: JsonSchema; example?: unknown; 'x-events'?: Reference }>
export type Response = { description: string; content: Content }
export type Body = { description: string; required: boolean; content: Content }

export type OperationObject = {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters: (Parameter | Reference)[]
  requestBody?: Body
  responses: Record<string, Response | Reference>
}
export const METHODS = ['get', 'post', 'delete'] as const
export type Method = (typeof METHODS)[number]
export type PathItem = Partial<Record<Method, OperationObject>>

/** The part of OpenAPI 3.1 that our documents use. */
export type OpenApiDocument = {
  openapi: '3.1.0'
  info: { title: string; version: string; summary: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string; description: string; variables?: Record<string, { default: string; description: string }> }[]
  tags: { name: string; description: string }[]
  paths: Record<string, PathItem>
  components: {
    schemas: Record<string, JsonSchema>
    responses: Record<string, Response>
    parameters: Record<string, Parameter>
    securitySchemes: Record<string, { type: 'http'; scheme: 'bearer'; bearerFormat: string; description: string }>
  }
}

/** Points to a named part of the same document. */
export function refTo(kind: 'schemas' | 'responses' | 'parameters', name: string): Reference {
  return { $ref: `#/components/${kind}/${name}` }
}
