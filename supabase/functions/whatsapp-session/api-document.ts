import { OPEN_ROUTES } from '#domain/api.ts'
import type { Result } from '#domain/errors.ts'
import { type Answer, refuse } from './answer.ts'
import { partsOf } from './route.ts'

/** Whether a request is for the description of this API, which is for everybody. */
export function asksForDocument({ pathname }: URL): boolean {
  return `/${partsOf(pathname)?.join('/')}` === OPEN_ROUTES.openapi
}

/** The OpenAPI document. It is deployed with the function and read when somebody asks for it, not before. */
export async function apiDocument(method: string): Promise<Result<Answer>> {
  if (method !== 'GET') return refuse('method_not_allowed', 'This route answers to GET.', { allow: 'GET' })
  const { default: value } = await import('../../../docs/api/edge.openapi.json', { with: { type: 'json' } })
  return { ok: true, value: { value } }
}
