import { expect } from 'vitest'
import * as z from 'zod'
import { OPERATIONS, SessionViews } from '#domain/api.ts'
import { ERROR_CODES, ErrorBody } from '#domain/errors.ts'
import { SessionList } from '#domain/listing.ts'
import { PORTAL_ANSWERS } from '#domain/portal.ts'
import { type CallRow, portalRouteOf, routeOf } from './calls-table.ts'
import type { Called, CallsWorld } from './calls-world.ts'

/** Whose names are used, and what a session is named by. Where the Portal has no name for a call, ours is used. */
export const WAYS = (['portal', 'native', 'worker'] as const).flatMap((names) => (['id', 'phone'] as const).map((by) => ({ names, by })))
export type Way = (typeof WAYS)[number]
/** A session on its way through the table, and its phone. `friend`: whom its texts go to. */
export type Device = { id: string; phone: string; friend: string; queued: string[] }
export type Walker = { world: CallsWorld; way: Way; device: Device }

/** Makes one call of a row in one way. The answer must have the shape that it has by that name, whatever it says. */
export async function ask(row: CallRow, { world, way, device }: Walker, given: { body?: object; message?: string } = {}): Promise<Called> {
  const named = way.by === 'id' ? device.id : device.phone
  const fill = (path: string) => path.replace(/:session|:phone/, named).replace(':message', given.message ?? '')
  if (way.names === 'worker') {
    const { method, path } = row.worker
    const answer = await world.worker(method, fill(path), way.by === 'id' && path.includes(':session') ? device.id : null, given.body)
    return shaped(answer, row, 'worker')
  }
  const usesPortal = way.names === 'portal' && row.portal !== null
  const { method, path } = usesPortal && row.portal ? row.portal : row.native
  return shaped(await world.edge(method, fill(path), given.body), row, usesPortal ? 'portal' : 'native')
}

const PortalSays = z.object({ success: z.literal(false), error: z.string().min(1), code: z.enum(ERROR_CODES) })

function shaped(answer: Called, row: CallRow, names: Way['names']): Called {
  const portal = portalRouteOf(row)
  const route = routeOf(row)
  if (!route || (names === 'portal' && !portal)) throw new Error(`${row.call} names no route`)
  if (answer.status !== 200) (names === 'portal' ? PortalSays : ErrorBody).parse(answer.body)
  else if (names === 'portal' && portal) expect(PORTAL_ANSWERS[portal].parse(answer.body)).toEqual(answer.body)
  else if (route === 'list') expect((names === 'worker' ? SessionViews : SessionList).parse(answer.body)).toEqual(answer.body)
  else {
    const shape = OPERATIONS[route].answer
    if (shape !== 'stream') expect(shape.parse(answer.body)).toEqual(answer.body)
  }
  return answer
}

/** The error code of a refusal, in whatever shape. */
export const codeOf = ({ body }: Called) => (body as { code?: string; error: { code?: string } }).code ?? (body as ErrorBody).error.code
