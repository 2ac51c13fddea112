/** As Auth takes them: bcrypt looks at no more than 72 bytes. */
const SHORTEST = 8
const LONGEST = 72
/** What is shorter is weak, what is as long is strong, if it is not made of a few letters. */
const FAIR = 10
const STRONG = 14

export type Strength = 'short' | 'long' | 'weak' | 'fair' | 'strong'

const COMMON = /passw|contrase|senha|qwert|asdf|1234|4321|1111|0000|abcd|latchkey|whatsapp|admin|welcome|iloveyou|teamo/gi

/** How hard a password is to guess, roughly: its length counts most, and what anybody would try first counts against it. */
export function passwordStrength(password: string, email: string): Strength {
  if (password.length < SHORTEST) return 'short'
  if (new TextEncoder().encode(password).length > LONGEST) return 'long'
  const lower = password.toLowerCase()
  const own = email
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((part) => part.length > 3)
  const rest = own.reduce((text, part) => text.replaceAll(part, ''), lower.replace(COMMON, ''))
  if (new Set(rest).size < 5) return 'weak'
  if (rest.length < FAIR) return 'weak'
  return rest.length >= STRONG && new Set(rest).size >= 7 ? 'strong' : 'fair'
}

/** Whether it may be chosen at all. What is weak is said, not forbidden: whoever knows better decides. */
export function isAllowed(strength: Strength): boolean {
  return strength !== 'short' && strength !== 'long'
}
