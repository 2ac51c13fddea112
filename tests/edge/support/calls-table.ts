import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PORTAL_ROUTES, type PortalRoute, SESSION_ROUTES, type SessionRoute } from '#domain/routes.ts'
import { ROOT } from '../../../scripts/stack/layout.ts'

export type Written = { method: string; path: string }
/** One row of the table; `null` where a call has no such name. */
export type CallRow = { call: string; proxy: Written | null; portal: Written | null; native: Written; worker: Written }

/** The table of `docs/reference/calls.md`, as it is written there. */
export function readCallsTable(): CallRow[] {
  const page = readFileSync(join(ROOT, 'docs/reference/calls.md'), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ -]*\|[ -]*\|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  return rows.slice(1).map(([, call = '', proxy = '', portal = '', native = '', worker = '']) => ({
    call,
    proxy: written(proxy),
    portal: written(portal),
    native: needed(call, written(native)),
    worker: needed(call, written(worker)),
  }))
}

function written(cell: string): Written | null {
  const [, method, path] = /^`(GET|POST|DELETE) (\/\S*)`$/.exec(cell) ?? []
  if (method && path) return { method, path }
  if (cell !== '') throw new Error(`not a call: ${cell}`)
  return null
}

function needed(call: string, found: Written | null): Written {
  if (!found) throw new Error(`${call} has no name of its own`)
  return found
}

const PORTAL = Object.entries(PORTAL_ROUTES) as [PortalRoute, (typeof PORTAL_ROUTES)[PortalRoute]][]
const NATIVE = Object.entries(SESSION_ROUTES) as [SessionRoute, (typeof SESSION_ROUTES)[SessionRoute]][]
const is = (found: Written | null, method: string, path: string) => found?.method === method && found.path === path

/** Which of the Portal's routes a row names. */
export function portalRouteOf({ portal }: CallRow): PortalRoute | undefined {
  return PORTAL.find(([, { method, path }]) => is(portal, method, path) || is(portal, method, `${path}?phone=:phone`))?.[0]
}

/** Which of our own routes a row names. */
export function routeOf({ native }: CallRow): SessionRoute | 'list' | undefined {
  if (is(native, 'GET', '/')) return 'list'
  return NATIVE.find(([, { method, path }]) => is(native, method, `/:session${path}`))?.[0]
}
