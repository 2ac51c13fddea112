import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DatabaseMatrix, databaseMatrix } from './support/database-matrix.ts'
import { quiet, say } from './support/say.ts'
import { startTenants, type Tenants } from './support/tenants.ts'

beforeAll(quiet)
let tenants: Tenants
let matrix: DatabaseMatrix
beforeAll(async () => {
  tenants = await startTenants()
  matrix = await databaseMatrix(tenants, tenants.rival)
})
afterAll(() => tenants?.stop())

it('has rows of either organisation in every table that says whose a row is', async () => {
  expect(matrix.empty).toEqual([])
  expect((await databaseMatrix(tenants, tenants.acme)).empty).toEqual([])
})

it('gives nobody a row, a count or a hint of another organisation, by any way to read any table or view', async () => {
  const { leaks, attacks } = await matrix.read()
  say(`reads of the database: ${attacks} attacks by ${matrix.actors} actors`)
  expect(leaks).toEqual([])
  expect(attacks).toBeGreaterThan(3000)
})

it('opens no schema beside its own to anybody, by no header and no name', async () => {
  const { leaks, attacks } = await matrix.readHidden()
  say(`hidden schemas: ${attacks} attacks by ${matrix.actors} actors`)
  expect(leaks).toEqual([])
  expect(attacks).toBeGreaterThan(1000)
})

it('lets nobody write into another organisation, move rows there or learn of it, by any verb or function', async () => {
  const { leaks, attacks, changed } = await matrix.write()
  say(`writes and calls of the database: ${attacks} attacks by ${matrix.actors} actors`)
  expect(leaks).toEqual([])
  expect(changed).toEqual([])
  expect(attacks).toBeGreaterThan(3000)
})
