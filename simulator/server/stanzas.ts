import type { BinaryNode } from 'baileys'

/** Who the server is in a stanza. */
export const SERVER = 's.whatsapp.net'

/** A stanza or a part of one. */
export function node(tag: string, attrs: Record<string, string> = {}, content?: BinaryNode['content']): BinaryNode {
  return content === undefined ? { tag, attrs } : { tag, attrs, content }
}

/** The answer to a query. */
export function resultOf(query: BinaryNode, content?: BinaryNode[]): BinaryNode {
  return node('iq', { from: SERVER, type: 'result', id: query.attrs['id'] ?? '', t: seconds() }, content)
}

/** The refusal of a query. */
export function errorOf(query: BinaryNode, code: number, text: string): BinaryNode {
  const error = node('error', { code: String(code), text })
  return node('iq', { from: SERVER, type: 'error', id: query.attrs['id'] ?? '' }, [error])
}

/** The last stanza of a stream that ends with a code: 515 restart, 503, 516 ... */
export function streamError(code: number, content?: BinaryNode[]): BinaryNode {
  return node('stream:error', { code: String(code) }, content)
}

/** The device was unlinked, by the phone or by itself. */
export function deviceRemoved(): BinaryNode {
  return streamError(401, [node('conflict', { type: 'device_removed' })])
}

/** The same device opened a newer connection. It carries no code: the client knows it by its child. */
export function replaced(): BinaryNode {
  return node('stream:error', {}, [node('conflict', { type: 'replaced' })])
}

/** A login or registration is refused. */
export function failure(reason: number): BinaryNode {
  return node('failure', { reason: String(reason), location: 'sim' })
}

/** The children of a stanza. */
export function children(parent: BinaryNode): BinaryNode[] {
  return Array.isArray(parent.content) ? parent.content : []
}

/** The first child with that tag. */
export function child(parent: BinaryNode, tag: string): BinaryNode | undefined {
  return children(parent).find((one) => one.tag === tag)
}

/** The bytes a part holds; empty when it holds none. */
export function bytes(part: BinaryNode | undefined): Buffer {
  return part?.content instanceof Uint8Array ? Buffer.from(part.content) : Buffer.alloc(0)
}

/** Now, as stanzas say it. */
export function seconds(): string {
  return String(Math.floor(Date.now() / 1000))
}
