import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askForLink, scan } from './commands/sessions.ts'
import { createWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const TEXT = { to: '+51900009999', text: 'once' }
let world: World
beforeEach(async () => {
  world = createWorld(1)
  world.start()
  await world.clock.advance(500)
})
afterEach(() => world.dispose())

/** A session that is linked and stopped, so that its texts wait. */
async function waitingSession(): Promise<string> {
  const row = world.people.createSession()
  const { id } = row
  askForLink(world, row, 'now')
  await scan(world, id, 0, 2000)
  await world.clock.advance(4000)
  world.people.stopSession(id)
  await world.clock.advance(8000)
  return id
}

const messages = () => {
  const worker = world.worker()
  if (!worker) throw new Error('there is no worker')
  return worker.engine.messages
}
const now = () => Math.floor(world.clock.now() / 1000)

describe('a command of the outbox that passes once more (OUT-6)', () => {
  it('queues the same text, not another', async () => {
    const id = await waitingSession()
    const by = { jti: 'one', iat: now() }
    const first = messages().queue(id, TEXT, by)
    await world.clock.advance(20_000)
    expect(messages().queue(id, TEXT, by)).toEqual(first)
    expect(messages().list(id)).toMatchObject({ ok: true, value: [TEXT] })
    messages().queue(id, TEXT, { jti: 'another', iat: now() })
    expect(messages().list(id)).toMatchObject({ ok: true, value: [TEXT, TEXT] })
  })

  it('takes no text out of the queue that came after it', async () => {
    const id = await waitingSession()
    messages().queue(id, TEXT, { jti: 'before', iat: now() })
    const emptied = { jti: 'emptied', iat: now() }
    expect(messages().empty(id, emptied)).toEqual({ ok: true, value: 1 })
    await world.clock.advance(20_000)
    messages().queue(id, TEXT, { jti: 'after', iat: now() })
    expect(messages().empty(id, emptied)).toEqual({ ok: true, value: 0 })
    expect(messages().list(id)).toMatchObject({ ok: true, value: [TEXT] })
    expect(messages().empty(id, { jti: 'emptied again', iat: now() })).toEqual({ ok: true, value: 1 })
  })
})
