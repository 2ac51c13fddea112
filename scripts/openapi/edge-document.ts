import { OPERATIONS } from '#domain/api.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { LINK_STREAM_SECONDS } from '#domain/link.ts'
import { SessionList } from '#domain/listing.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import manifest from '../../package.json' with { type: 'json' }
import { CATALOGUE } from './catalogue.ts'
import { componentsOf } from './components.ts'
import { PARAMETERS, EDGE_PARAMETERS } from './parameters.ts'
import { portalPaths } from './portal-operations.ts'
import { CALL_REFUSALS, createRefusals } from './refusals.ts'
import { answerOf, sessionPaths } from './session-operations.ts'
import { refTo } from './shape.ts'
import type { OpenApiDocument } from './shape.ts'
import { DOCUMENT } from './worker-document.ts'

const USER = [{ user: [] }]
const ORGANIZATION = refTo('parameters', 'organization')

/** The document of the edge function: what dashboards and API clients call. */
export function edgeDocument(): OpenApiDocument {
  const refusals = createRefusals()
  const common = (route: SessionRoute): readonly ErrorCode[] => [
    ...CALL_REFUSALS,
    'ambiguous_phone_number',
    ...(OPERATIONS[route].roles === 'admins' ? (['forbidden'] as const) : []),
  ]
  const who = { members: 'For all members of the organisation.', admins: 'For owners and admins.' }
  const paths: OpenApiDocument['paths'] = {
    '/': {
      get: {
        operationId: 'list',
        summary: 'The sessions that the caller may see, with what the worker holds of them.',
        description: who.members,
        tags: ['Sessions'],
        security: USER,
        parameters: [ORGANIZATION],
        responses: { 200: answerOf(SessionList), ...refusals.of(CALL_REFUSALS) },
      },
    },
    ...sessionPaths({
      prefix: '',
      security: USER,
      refusals,
      parameters: [ORGANIZATION],
      optionalBodies: new Set(['pairingCode']),
      common,
      who,
    }),
    ...portalPaths({ security: USER, refusals, common: CALL_REFUSALS, who }),
    '/openapi.json': {
      get: {
        operationId: 'openapi',
        summary: 'This document.',
        tags: ['About'],
        security: [],
        parameters: [],
        responses: { 200: DOCUMENT },
      },
    },
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey: edge function',
      version: manifest.version,
      summary: 'Checks who asks, stores what they want, tells the worker to look, and relays its answer.',
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/functions/v1/whatsapp-session', description: 'Below the address of the Supabase project, or of the local stack.' }],
    tags: [
      { name: 'Sessions', description: 'What a session is, and what becomes of it.' },
      { name: 'Linking', description: 'How a phone gets linked.' },
      { name: 'Names', description: 'Groups and contacts of the linked account.' },
      { name: 'Texts', description: 'What waits to be sent.' },
      { name: 'Portal', description: 'The same calls by the names and in the shapes that the Portal uses.' },
      { name: 'About', description: 'For everybody.' },
    ],
    paths,
    components: {
      schemas: componentsOf([...CATALOGUE.shared, ...CATALOGUE.edge]),
      responses: refusals.responses(),
      parameters: { ...PARAMETERS, ...EDGE_PARAMETERS },
      securitySchemes: {
        user: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'The access token of a signed-in user, as Supabase Auth gives it: `POST /auth/v1/token?grant_type=password` with `email` and `password`, and the project’s public key as `apikey`.',
        },
      },
    },
  }
}

const ABOUT = `Every call is made as the signed-in user: what they may see and change is decided by row level security. What is wanted is stored first and carried out then; when the worker is away, \`detail.queued\` says that the order stands.

A path that is known answers \`405 method_not_allowed\` to other methods and names the right ones in \`allow\`; an unknown path answers \`404 not_found\`. Bodies have at most ${MAX_BODY_BYTES / 1024} KB. No answer may be kept: all are \`cache-control: no-store\`. A stream of a link ends after ${LINK_STREAM_SECONDS} seconds with \`retry\`.`
