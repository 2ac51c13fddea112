import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import type { PairingCode } from '#domain/pairing.ts'

/** One open link stream, as the worker's end of it. */
export type FakeStream = {
  sessionId: string
  send: (event: LinkEvent) => void
  /** Sends raw text: events cut in pieces, comments, nonsense. */
  sendText: (text: string) => void
  /** Ends as HTTP does. */
  end: () => void
  /** Breaks off as a network does. */
  tear: () => void
  /** Whether the reader has gone. */
  readonly isClosed: boolean
}

/** A real streaming body and the hand that feeds it. */
export function openFakeStream(sessionId: string, signal: AbortSignal | null | undefined): { response: Response; stream: FakeStream } {
  let isClosed = false
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (opened) => {
      controller = opened
    },
    cancel: () => {
      isClosed = true
    },
  })
  const finish = (act: () => void) => {
    if (isClosed) return
    isClosed = true
    act()
  }
  signal?.addEventListener('abort', () => finish(() => controller?.error(signal.reason)))
  const sendText = (text: string) => {
    if (!isClosed) controller?.enqueue(new TextEncoder().encode(text))
  }
  return {
    response: new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    stream: {
      sessionId,
      send: (event) => sendText(encodeLinkEvent(event)),
      sendText,
      end: () => finish(() => controller?.close()),
      tear: () => finish(() => controller?.error(new TypeError('network error'))),
      get isClosed() {
        return isClosed
      },
    },
  }
}

/** A QR event; its text is of the length of a real one. */
export function qrEvent(number = 1, seconds = 20): LinkEvent {
  return { type: 'qr', qr: qrText(number), expiresAt: new Date(Date.now() + seconds * 1000).toISOString(), number }
}

export function qrText(number: number): string {
  return `2@${String(number).repeat(8)}${'Qk9+/aZ'.repeat(12)},${'xY3'.repeat(14)}=,${'Zb8'.repeat(14)}=,${'Lm2'.repeat(14)}=`
}

/** What the worker answers to who asks for a pairing code, and says in the stream. */
export function pairingCode(phoneNumber: string, code = 'ABCD1234', seconds = 155): PairingCode {
  return { code, phoneNumber, expiresAt: new Date(Date.now() + seconds * 1000).toISOString() }
}

export function statusEvent(
  step: 'starting' | 'scan' | 'linking' | 'connected' | 'ended',
  facts: Partial<Extract<LinkEvent, { type: 'status' }>> = {},
): LinkEvent {
  return { type: 'status', step, status: step === 'connected' ? 'connected' : 'connecting', reason: null, phoneNumber: null, ...facts }
}
