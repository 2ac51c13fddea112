import type { World } from '../support/world.ts'

/** A text is delivered by the account that it was queued for, by the link that it was queued for, and once. */
export function checkTexts({ service, queued, identities, violations }: World): void {
  const astray = (what: string): void => violations.add('text', 'OUT', what)
  const seen = new Set<string>()
  for (const { id, phone, identity: number } of service.delivered) {
    const facts = queued.find((one) => one.id === id)
    const identity = identities.get(number)
    if (!facts || !identity) astray(`text ${id} was never queued`)
    else if (facts.phone !== phone) astray(`text ${id}, queued for ${facts.phone}, was delivered by ${phone}`)
    else if (facts.sessionId !== identity.sessionId || facts.generation !== identity.generation) {
      astray(`text ${id} of generation ${facts.generation} was delivered by generation ${identity.generation}`)
    }
    if (seen.has(id)) astray(`text ${id} was delivered twice`)
    seen.add(id)
  }
}
