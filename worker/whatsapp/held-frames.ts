import type { CredentialAccess } from './port.ts'

/** Of the `ws` socket below Baileys' own. */
type Raw = { send(data: unknown, ...rest: unknown[]): void }
type Callback = (error?: Error) => void

/**
 * Lets no frame leave before all that was written until then is where it has to be: whoever takes a session over begins from what is stored,
 * and must know every key that WhatsApp has seen. Frames leave in the order in which they came. Where somebody else has the session by
 * now none leaves any more. Costs nothing where a write is stored when it returns.
 */
export function holdFrames(sock: { ws: unknown }, { settled }: Pick<CredentialAccess, 'settled'>): void {
  const { socket } = sock.ws as { socket: Raw | null }
  if (!socket) return
  const send = socket.send.bind(socket)
  let last: Promise<void> | null = null
  socket.send = (data, ...rest) => {
    const stored = settled()
    if (!stored && !last) return send(data, ...rest)
    const before = last
    stored?.catch(() => {})
    const mine = (async () => {
      try {
        await before
        await stored
        send(data, ...rest)
      } catch (error) {
        const callback = rest.at(-1)
        if (typeof callback === 'function') (callback as Callback)(error as Error)
      }
    })()
    last = mine
    void mine.then(() => {
      if (last === mine) last = null
    })
  }
}
