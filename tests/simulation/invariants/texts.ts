import type { World } from '../support/world.ts'

/** A text is delivered by the account that it was queued for, by the link that it was queued for, and once. */
export function checkTexts({ service, queued, identities, violations }: World): void {
  const astray = (what: string): void => violations.add('text', 'OUT', what)
  const seen = new Set<string>()
  for (const { text, phone, identity: number } of service.delivered) {
    const facts = queued.find((one) => one.text === text)
    const identity = identities.get(number)
    if (!facts || !identity) astray(`${text} was never queued`)
    else if (facts.phone !== phone) astray(`${text}, queued for ${facts.phone}, was delivered by ${phone}`)
    else if (facts.sessionId !== identity.sessionId || facts.generation !== identity.generation) {
      astray(`${text} of generation ${facts.generation} was delivered by generation ${identity.generation}`)
    }
    if (seen.has(text)) astray(`${text} was delivered twice`)
    seen.add(text)
  }
}
