import type { Receipt } from './port.ts'

/** A stanza of WhatsApp. */
type Node = { attrs: Record<string, string>; content?: unknown }

/** The types of receipts that say how far a text came. Without a type the recipient's phone has it; a voice message is `played`. */
const STATE_OF = new Map<string | undefined, Receipt['state']>([
  [undefined, 'delivered'],
  ['read', 'read'],
  ['played', 'read'],
])

/**
 * What a receipt says of texts of this account; `null`, nothing: it asks for a text once more, is of the account's own devices (those name
 * a `recipient`), or of a kind that nobody shows.
 */
export function readReceipt({ attrs, content }: Node): Receipt | null {
  const state = STATE_OF.get(attrs['type'])
  if (!state || attrs['recipient'] !== undefined) return null
  const ids = [attrs['id'], ...nodesIn(content).flatMap((list) => nodesIn(list.content).map((item) => item.attrs['id']))]
  return { ids: ids.filter((id) => id !== undefined), state }
}

function nodesIn(content: unknown): Node[] {
  return Array.isArray(content) ? (content as Node[]) : []
}
