import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIST_ROUTE, PORTAL_ROUTES, SESSION_ROUTES } from '#domain/routes.ts'
import { type Device, WAYS } from './support/calls-ask.ts'
import { portalRouteOf, readCallsTable, routeOf } from './support/calls-table.ts'
import { newDevice, WALK } from './support/calls-walk.ts'
import { type CallsWorld, startCallsWorld } from './support/calls-world.ts'

const TABLE = readCallsTable()
const sorted = (names: readonly (string | undefined)[]) => names.map(String).toSorted((a, b) => a.localeCompare(b))

let world: CallsWorld
beforeAll(async () => {
  world = await startCallsWorld()
}, 120_000)
afterAll(() => world.stop())

describe('the table of docs/reference/calls.md', () => {
  it('is walked: each row here has a walker, and each walker a row', () => {
    expect(TABLE.map(({ call }) => call)).toEqual(Object.keys(WALK))
  })

  it('names each route that there is, as it is served, and no other', () => {
    const named = TABLE.flatMap((row) => (row.portal ? [portalRouteOf(row)] : []))
    expect(sorted(named)).toEqual(sorted(Object.keys(PORTAL_ROUTES)))
    expect(sorted([...new Set(TABLE.map(routeOf))])).toEqual(sorted(['list', ...Object.keys(SESSION_ROUTES)]))
    for (const row of TABLE) {
      const route = routeOf(row)
      const below = route === 'list' || route === undefined ? LIST_ROUTE.path : `/api/sessions/:session${SESSION_ROUTES[route].path}`
      expect(row.worker).toEqual({ method: row.native.method, path: below })
    }
  })

  it("names the Portal's seven calls, which lead to the route of the same path", () => {
    const proxied = TABLE.filter(({ proxy }) => proxy !== null)
    expect(proxied).toHaveLength(7)
    for (const { proxy, portal } of proxied)
      expect(portal).toMatchObject({ method: proxy?.method, path: expect.stringMatching(`^${proxy?.path}`) })
  })
})

describe.each(WAYS)('a session walks the table by the names of the $names and its $by', (way) => {
  let device: Device
  beforeAll(async () => {
    device = await newDevice(world, way)
  })
  it.each(TABLE.map((row) => [row.call, row] as const))('%s', { timeout: 60_000 }, async (call, row) => {
    // Each walker has expectations of its own; a row without one is told by the first test.
    await expect(WALK[call]?.(row, { world, way, device })).resolves.toBeUndefined()
  })
})
