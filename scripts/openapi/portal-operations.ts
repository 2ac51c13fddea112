import { OPERATIONS } from '#domain/api.ts'
import type { ErrorCode } from '#domain/errors.ts'
import { PORTAL_ANSWERS } from '#domain/portal.ts'
import { PORTAL_ROUTES } from '#domain/routes.ts'
import type { PortalRoute } from '#domain/routes.ts'
import type { createRefusals } from './refusals.ts'
import { answerOf, bodyOf } from './session-operations.ts'
import { refTo } from './shape.ts'
import type { Method, OperationObject, PathItem } from './shape.ts'

const SUMMARY: Record<PortalRoute, string> = {
  list: 'The sessions that the caller may see.',
  status: 'What the worker holds of a session.',
  qr: 'The QR code that can be scanned now.',
  pairingCode: 'A code to type on the phone instead of scanning.',
  delete: 'Resets a session: unlinks it at WhatsApp and erases all that it left. The row stays.',
  disconnect: 'The same, by its other name.',
  groups: 'The groups of the linked account.',
  contacts: 'The contacts of the linked account.',
}
/** Groups and contacts name their session in the query. */
const BY_QUERY: ReadonlySet<PortalRoute> = new Set(['groups', 'contacts'])

type Options = {
  security: OperationObject['security']
  refusals: ReturnType<typeof createRefusals>
  common: readonly ErrorCode[]
  who: Record<'members' | 'admins', string>
}

/** The same calls by the Portal's names, in its shape. */
export function portalPaths({ security, refusals, common, who }: Options): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const route of Object.keys(PORTAL_ROUTES) as PortalRoute[]) {
    const { method, path, as } = PORTAL_ROUTES[route]
    const { roles, refusals: own } = as === 'list' ? ({ roles: 'members', refusals: [] } as const) : OPERATIONS[as]
    const body = as === 'list' ? null : OPERATIONS[as].body
    const named = BY_QUERY.has(route) ? (['phoneQuery', 'sessionQuery'] as const) : path.includes(':phone') ? (['phone'] as const) : []
    const codes = [
      ...common,
      ...own,
      ...(named.length > 0 ? (['ambiguous_phone_number'] as const) : []),
      ...(roles === 'admins' ? (['forbidden'] as const) : []),
    ]
    const at = (paths[path.replaceAll(/:([a-z]+)/g, '{$1}')] ??= {})
    at[method.toLowerCase() as Method] = {
      operationId: `portal${route[0]?.toUpperCase()}${route.slice(1)}`,
      summary: SUMMARY[route],
      description: `${who[roles]} Stands for \`${as}\`.`,
      tags: ['Portal'],
      security,
      parameters: [...named, 'organization'].map((name) => refTo('parameters', name)),
      ...(body && { requestBody: bodyOf(body, true) }),
      responses: { 200: answerOf(PORTAL_ANSWERS[route]), ...refusals.of(codes, 'PortalRefusal') },
    }
  }
  return paths
}
