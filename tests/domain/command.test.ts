import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyHash } from '#domain/command.ts'
import { SESSION_ROUTES, workerPath } from '#domain/routes.ts'
import '../support/fixed-chance.ts'

describe('the hash of a body', () => {
  it('is SHA-256 in base64url, as Node makes it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (body) => {
        expect(await bodyHash(body)).toBe(createHash('sha256').update(body, 'utf8').digest('base64url'))
      }),
    )
  })
})

describe("the worker's routes", () => {
  it('are all different', () => {
    const routes = Object.entries(SESSION_ROUTES).map(
      ([name, { method }]) => `${method} ${workerPath('ID', name as keyof typeof SESSION_ROUTES)}`,
    )
    expect(new Set(routes).size).toBe(routes.length)
    expect(routes).toContain('DELETE /api/sessions/ID')
  })
})
