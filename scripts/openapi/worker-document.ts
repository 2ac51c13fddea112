import { Health, OPEN_ROUTES, Ready, SessionViews } from '#domain/api.ts'
import { COMMAND_SECONDS } from '#domain/command.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { LIST_ROUTE, MAX_BODY_BYTES } from '#domain/routes.ts'
import manifest from '../../package.json' with { type: 'json' }
import { Report } from '../../worker/reconcile/report.ts'
import { CATALOGUE } from './catalogue.ts'
import { componentsOf } from './components.ts'
import { PARAMETERS } from './parameters.ts'
import { COMMAND_REFUSALS, createRefusals } from './refusals.ts'
import { answerOf, sessionPaths } from './session-operations.ts'
import type { OpenApiDocument, OperationObject, Response } from './shape.ts'

const COMMAND = [{ command: [] }]
const DOCTOR = [{ doctor: [] }]

/** The document of the worker: what the edge function asks of it, and what everybody may ask. */
export function workerDocument(): OpenApiDocument {
  const refusals = createRefusals()
  const common = (): readonly ErrorCode[] => [...COMMAND_REFUSALS, 'ambiguous_phone_number']
  const open = (operationId: string, summary: string, answer: Response, codes: ErrorCode[] = []): OperationObject => ({
    operationId,
    summary,
    tags: ['About'],
    security: [],
    parameters: [],
    responses: { 200: answer, ...refusals.of(codes) },
  })
  const doctor = (operationId: string, summary: string): OperationObject => ({
    operationId,
    summary,
    tags: ['Doctor'],
    security: DOCTOR,
    parameters: [],
    responses: {
      200: answerOf(Report),
      ...refusals.of(['invalid_input', 'unauthorized', 'payload_too_large', 'internal', 'storage_failed']),
    },
  })

  const paths: OpenApiDocument['paths'] = {
    [LIST_ROUTE.path]: {
      get: {
        operationId: 'list',
        summary: 'The sessions of the organisation that the command names.',
        tags: ['Sessions'],
        security: COMMAND,
        parameters: [],
        responses: { 200: answerOf(SessionViews), ...refusals.of(COMMAND_REFUSALS.filter((code) => code !== 'not_found')) },
      },
    },
    ...sessionPaths({ prefix: LIST_ROUTE.path, security: COMMAND, refusals, common }),
    [OPEN_ROUTES.health]: { get: open('health', 'Whether the worker lives, whatever the database does.', answerOf(Health)) },
    [OPEN_ROUTES.ready]: {
      get: open(
        'ready',
        'Whether the worker takes commands: not before it has read the database, nor when it is about to stop.',
        answerOf(Ready),
        ['not_ready'],
      ),
    },
    [OPEN_ROUTES.metrics]: {
      get: open('metrics', 'What the worker counts, for Prometheus. Not there through a proxy, nor when it is switched off.', METRICS, [
        'not_found',
      ]),
    },
    [OPEN_ROUTES.openapi]: { get: open('openapi', 'This document.', DOCUMENT) },
    '/doctor': {
      get: doctor('look', 'What is where. Changes nothing.'),
      post: doctor('treat', 'Sets aside what is nobody’s, as each pass does, then says what is where.'),
    },
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey: worker',
      version: manifest.version,
      summary: 'Owns the sockets and the files of the sessions.',
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      {
        url: 'http://{host}:{port}',
        description: 'Where the edge function reaches it; never open to the internet.',
        variables: {
          host: { default: '127.0.0.1', description: 'WORKER_HOST' },
          port: { default: '8080', description: 'WORKER_PORT' },
        },
      },
    ],
    tags: [
      { name: 'Sessions', description: 'What a session is, and what becomes of it.' },
      { name: 'Linking', description: 'How a phone gets linked.' },
      { name: 'Names', description: 'Groups and contacts of the linked account.' },
      { name: 'Texts', description: 'What waits to be sent.' },
      { name: 'About', description: 'For everybody; holds no secret.' },
      { name: 'Doctor', description: 'For whoever may read the data folder.' },
    ],
    paths,
    components: {
      schemas: componentsOf([...CATALOGUE.shared, ...CATALOGUE.worker]),
      responses: refusals.responses(),
      parameters: PARAMETERS,
      securitySchemes: {
        command: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `A command that the edge function signed (EdDSA). It is bound to the organisation, the session, the method, the path and the body, is good for ${COMMAND_SECONDS} seconds, and is taken once.`,
        },
        doctor: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'opaque',
          description: 'The token in `doctor.json` of the data folder; a new one for each process.',
        },
      },
    },
  }
}

const METRICS: Response = {
  description: 'Prometheus’ text format.',
  content: { 'text/plain': { schema: { type: 'string' } } },
}

/** The answer of the route that serves a document. */
export const DOCUMENT: Response = {
  description: 'An OpenAPI 3.1 document.',
  content: { 'application/json': { schema: { type: 'object', required: ['openapi', 'info', 'paths'] } } },
}

const ABOUT = `The worker answers to the edge function alone: each call carries a signed command. A command has no meaning of its own; it says *look at this session now*, so the worker reads the database first and then answers with what it holds.

A path that is known answers \`405 method_not_allowed\` to other methods and names the right ones in \`allow\`; an unknown path answers \`404 not_found\`. Bodies have at most ${MAX_BODY_BYTES / 1024} KB. No answer may be kept: all are \`cache-control: no-store\`.`
