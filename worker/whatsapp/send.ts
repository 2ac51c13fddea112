import { readAck } from './acks.ts'
import type { OutgoingText, SendOutcome } from './port.ts'

/** What sending needs of a client; each `on...` returns what takes the listener away again. */
export type TextSender = {
  /** The address of a number; `null`: WhatsApp says that nobody has it; `undefined`: no answer. */
  find(phoneNumber: string): Promise<string | null | undefined>
  /** Resolves when the text was written to the connection, which says nothing about its arrival. */
  write(address: string, message: OutgoingText): Promise<unknown>
  /** The server's acknowledgements of any message. */
  onAck(listener: (ack: { id: string; error: string | undefined }) => void): () => void
  /** The connection is gone: closed by a peer or terminated here. */
  onEnd(listener: () => void): () => void
}

/**
 * Sends one text and waits for the server's word, at most `ms`. Only an acknowledgement or a number that nobody has is an answer; a
 * failure on the way (disk, encryption, connection) proves nothing about what the server got. Never throws.
 */
export function sendText(sender: TextSender, message: OutgoingText, ms: number): Promise<SendOutcome> {
  return new Promise((resolve) => {
    let over = false
    const finish = (outcome: SendOutcome): void => {
      over = true
      clearTimeout(timer)
      stopAcks()
      stopEnd()
      resolve(outcome)
    }
    const timer = setTimeout(() => finish('unknown'), ms)
    // Listening begins before anything is written: an acknowledgement may overtake the call that wrote.
    const stopAcks = sender.onAck(({ id, error }) => {
      if (id === message.id) finish(readAck(error))
    })
    const stopEnd = sender.onEnd(() => finish('unknown'))

    const write = async (): Promise<void> => {
      const address = await sender.find(message.to)
      if (over) return
      if (address === null) return finish('refused')
      if (address === undefined) return finish('unknown')
      await sender.write(address, message)
    }
    write().catch(() => finish('unknown'))
  })
}
