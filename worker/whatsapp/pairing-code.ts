/** What asking for a pairing code needs of a client; each `on...` returns what takes the listener away again. */
export type CodeAsker = {
  /** Makes a code and asks WhatsApp to take it; resolves with it when the question is written, which says nothing about the answer. */
  ask(phoneNumber: string): Promise<string>
  /** WhatsApp's answer: whether it takes the code. */
  onAnswer(listener: (taken: boolean) => void): () => void
  /** The connection is gone: closed by a peer or terminated here. */
  onEnd(listener: () => void): () => void
}

/**
 * Asks for a code and waits for WhatsApp's word, at most `ms`: Baileys gives its code out whether WhatsApp took it or not, and one that was
 * refused would be typed in vain. `null`: refused, or no answer. Never throws.
 */
export function requestPairingCode(asker: CodeAsker, phoneNumber: string, ms: number): Promise<string | null> {
  return new Promise((resolve) => {
    const finish = (code: string | null): void => {
      clearTimeout(timer)
      stopAnswers()
      stopEnd()
      resolve(code)
    }
    const timer = setTimeout(() => finish(null), ms)
    let code: string | null = null
    let taken = false
    // Listening begins before anything is written: the answer may overtake the call that wrote.
    const stopAnswers = asker.onAnswer((answer) => {
      taken = answer
      if (!taken) finish(null)
      else if (code !== null) finish(code)
    })
    const stopEnd = asker.onEnd(() => finish(null))
    asker.ask(phoneNumber).then(
      (made) => {
        code = made
        if (taken) finish(code)
      },
      () => finish(null),
    )
  })
}
