import { sendUntilConfirmed } from './companion-messages.ts'
import { happened } from './happenings.ts'
import { node, seconds } from './stanzas.ts'
import { later } from './world.ts'
import type { World } from './world.ts'

/** Of one phone; an older one is never said to be read. */
const MAX_UNREAD = 1_000

/** A text that a phone has and its owner has not opened. `device`: who sent it. `phone`: as that device addressed it. */
export type Unread = { id: string; device: string; phone: string }

/** A phone has a text: its sender hears so after a while. Until then it is not opened, whatever the owner does. */
export function tellDelivered(world: World, owner: string, text: Unread): void {
  later(world, world.behaviour.receiptDelayMs, () => {
    tell(world, text, [text.id])
    const unread = world.unread.get(owner) ?? []
    world.unread.set(owner, unread)
    unread.push(text)
    if (unread.length > MAX_UNREAD) unread.shift()
    happened(world, 'delivered')
    const { readDelayMs } = world.behaviour
    if (readDelayMs !== null) later(world, readDelayMs, () => void readTexts(world, owner))
  })
}

/** The owner of a phone opens it: each sender hears of all its texts at once. Returns how many texts were new to the owner. */
export function readTexts(world: World, owner: string): number {
  const unread = world.unread.get(owner) ?? []
  world.unread.delete(owner)
  for (const texts of Map.groupBy(unread, ({ device, phone }) => `${device} ${phone}`).values()) {
    const [first] = texts
    const ids = [...new Set(texts.map(({ id }) => id))]
    if (first) tell(world, first, ids, 'read')
  }
  return unread.length
}

/** One receipt for one text or several: the first is named by the stanza, the others in its list. */
function tell(world: World, { device, phone }: Unread, [id = '', ...others]: readonly string[], type?: 'read'): void {
  if (!world.accounts.device(device)) return
  const items = others.map((other) => node('item', { id: other }))
  const attrs = { id, from: phone, t: seconds(), ...(type && { type }) }
  sendUntilConfirmed(world, device, node('receipt', attrs, items.length > 0 ? [node('list', {}, items)] : undefined))
}
