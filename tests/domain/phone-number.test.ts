import { describe, expect, it } from 'vitest'
import { PhoneNumber, readPhoneNumber, sameNumbers } from '#domain/phone-number.ts'

describe('phone numbers', () => {
  it.each([
    ['+51 987 654 321', '+51987654321'],
    ['51987654321', '+51987654321'],
    ['0051 (987) 654-321', '+51987654321'],
    ['+52 1 55 1234 5678', '+5215512345678'],
    ['+55 11 98765-4321', '+5511987654321'],
  ])('reads %s', (written, e164) => {
    expect(readPhoneNumber(written)).toBe(e164)
  })

  it.each(['', 'Ana', '0987654321', '+1', '+999 123 456 789', '+51987654321 ext 4', '+51987654321 or +51912000111', '9'.repeat(41)])(
    'refuses %j and says what a number looks like',
    (written) => {
      expect(readPhoneNumber(written)).toBeNull()
      expect(PhoneNumber.safeParse(written).error?.issues[0]?.message).toContain('as +51 987 654 321')
    },
  )

  it.each([
    ['+525512345678', '+5215512345678'],
    ['+5491123456789', '+541123456789'],
    ['+5511987654321', '+551187654321'],
  ])('knows that %s and %s are one phone at WhatsApp, whichever was written', (one, other) => {
    expect(sameNumbers(one)).toEqual([one, other])
    expect(sameNumbers(other)).toEqual([other, one])
  })

  it('knows one spelling of all other numbers', () => {
    expect(sameNumbers('+51987654321')).toEqual(['+51987654321'])
  })
})
