import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERROR_STATUS, ErrorBody, errorBody } from '#domain/errors.ts'

describe('an error', () => {
  it.each(ERROR_CODES)('%s has a status of its kind and a body that the schema takes', (code) => {
    expect(ERROR_STATUS[code]).toBeGreaterThanOrEqual(400)
    expect(ERROR_STATUS[code]).toBeLessThan(600)
    const body = errorBody(code, 'A sentence.', { field: 'name' })
    expect(ErrorBody.parse(JSON.parse(JSON.stringify(body)))).toEqual(body)
  })

  it('without detail carries no empty one', () => {
    expect(errorBody('not_found', 'There is no such session.')).toEqual({
      error: { code: 'not_found', message: 'There is no such session.' },
    })
  })

  it('does not tell what the caller cannot see from what is not there', () => {
    expect([ERROR_STATUS.not_found, ERROR_STATUS.forbidden, ERROR_STATUS.unauthorized]).toEqual([404, 403, 401])
  })

  it('with an unknown code is refused', () => {
    expect(ErrorBody.safeParse({ error: { code: 'oops', message: '' } }).success).toBe(false)
  })
})
