import { expect, it } from 'vitest'
import { boundedFetch } from '../../src/lib/bounded-fetch.ts'

/** Answers nothing until it is told to give up, as a server whose database hangs. */
const hangs: typeof fetch = (_input, init) =>
  new Promise((_done, failed) => {
    init?.signal?.addEventListener('abort', () => failed(init.signal?.reason as Error))
  })

const soon = { answer: 20, function: 20 }

it.each(['/rest/v1/rpc/worker_online', '/auth/v1/user', '/functions/v1/whatsapp-session/x/clear'])(
  'gives up a call that hangs: %s',
  async (path) => {
    await expect(boundedFetch(hangs, soon)(`http://127.0.0.1${path}`)).rejects.toMatchObject({ name: 'TimeoutError' })
  },
)

it('can still be aborted by its caller', async () => {
  const controller = new AbortController()
  const call = boundedFetch(hangs, { answer: 60_000, function: 60_000 })('http://127.0.0.1/rest/v1/x', { signal: controller.signal })
  controller.abort(new Error('not needed any more'))
  await expect(call).rejects.toThrow('not needed any more')
})

it('leaves the stream of a link alone', async () => {
  let signal: AbortSignal | null | undefined
  const streams: typeof fetch = (_input, init) => {
    signal = init?.signal
    return Promise.resolve(new Response('event: qr\n'))
  }
  await boundedFetch(streams, soon)('http://127.0.0.1/functions/v1/whatsapp-session/x/link')
  expect(signal).toBeUndefined()
})
