const closed = (properties: object, required: string[] = []) => ({ type: 'object', properties, required, additionalProperties: false })
const mapOf = (schema: object, names = '^[A-Za-z0-9._-]+$') => ({
  type: 'object',
  propertyNames: { pattern: names },
  additionalProperties: schema,
})
const orReference = (schema: object) => ({
  oneOf: [closed({ $ref: { type: 'string', pattern: '^#/components/' } }, ['$ref']), schema],
})
const text = { type: 'string', minLength: 1 }
const content = mapOf(closed({ schema: { type: 'object' }, example: {}, 'x-events': { type: 'object' } }, ['schema']), '^[a-z]+/[a-z-]+$')
const response = closed({ description: text, content }, ['description'])
const parameter = closed(
  {
    name: text,
    in: { enum: ['path', 'query', 'header'] },
    required: { type: 'boolean' },
    description: text,
    schema: { type: 'object' },
    examples: mapOf(closed({ summary: text, value: {} }, ['value'])),
  },
  ['name', 'in', 'schema'],
)
const operation = closed(
  {
    operationId: text,
    summary: text,
    description: text,
    tags: { type: 'array', items: text },
    security: { type: 'array', items: mapOf({ type: 'array', items: text }) },
    parameters: { type: 'array', items: orReference(parameter), uniqueItems: true },
    requestBody: closed({ description: text, required: { type: 'boolean' }, content }, ['content']),
    responses: { ...mapOf(orReference(response), '^([1-5][0-9][0-9]|default)$'), minProperties: 1 },
  },
  ['responses'],
)

/** The rules of the OpenAPI 3.1 specification for all that our documents use; what they do not use is refused. */
export const OPENAPI_SHAPE = closed(
  {
    openapi: { const: '3.1.0' },
    info: closed(
      {
        title: text,
        version: text,
        summary: text,
        description: text,
        license: closed({ name: text, identifier: text }, ['name']),
      },
      ['title', 'version'],
    ),
    servers: {
      type: 'array',
      items: closed({ url: text, description: text, variables: mapOf(closed({ default: text, description: text }, ['default'])) }, ['url']),
    },
    tags: { type: 'array', items: closed({ name: text, description: text }, ['name']), uniqueItems: true },
    paths: mapOf(closed({ get: operation, post: operation, delete: operation }), '^/'),
    components: closed({
      schemas: mapOf({ type: 'object' }),
      responses: mapOf(response),
      parameters: mapOf(parameter),
      securitySchemes: mapOf(closed({ type: { const: 'http' }, scheme: text, bearerFormat: text, description: text }, ['type', 'scheme'])),
    }),
  },
  ['openapi', 'info', 'paths'],
)
