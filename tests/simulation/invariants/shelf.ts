import { IS_LINKED } from '#domain/session.ts'
import * as z from 'zod'
import { HOME_ROWS } from '../../../worker/store/home.ts'
import { contentsIn } from '../../../worker/store/home-rows.ts'
import type { World } from '../support/world.ts'
import { openShelf } from '../support/sealed.ts'
import { identitiesIn } from '../support/whatsapp/identity.ts'

/** What lies in the database of each session, by generation. */
function generationsOf({ database }: World): { id: string; generation: number; rows: Map<string, Uint8Array> }[] {
  return [...database.shelf()].flatMap(([id, rows]) => {
    const generations = new Map<number, Map<string, Uint8Array>>()
    for (const [at, value] of rows) {
      const generation = Number.parseInt(at, 10)
      const mine = generations.get(generation) ?? new Map<string, Uint8Array>()
      generations.set(generation, mine.set(at.slice(at.indexOf('/') + 1), value))
    }
    return Array.from(generations, ([generation, mine]) => ({ id, generation, rows: mine }))
  })
}

/** The identities that whoever takes over could log in with. */
export function identitiesOnShelf(world: World): Set<number> {
  const texts = generationsOf(world).map(({ id, generation, rows }) => credsOf(id, generation, rows) ?? '')
  return identitiesIn(texts.join(' '))
}

/**
 * What lies in the database belongs to a row of its generation, is nothing that was cleared, opens with its key, and is what the holder works
 * with; nobody else has any of it (FLT-2, FLT-3, FLT-7).
 */
export function checkShelf(world: World): void {
  const { database, identities, machines, violations } = world
  const rows = new Map(world.rows().map((row) => [row.id, row]))
  for (const { id, generation, rows: stored } of generationsOf(world)) {
    const row = rows.get(id)
    const name = `generation ${generation} of ${id}`
    if (row?.generation !== generation) violations.add('orphan', 'FLT-7', `${name} is stored, the row is of ${row?.generation ?? 'nobody'}`)
    const creds = credsOf(id, generation, stored)
    for (const number of identitiesIn(creds ?? '')) {
      const identity = identities.get(number)
      if (identity && identities.isCondemned(identity))
        violations.add('resurrection', 'FLT-7', `identity ${number} is stored although it was cleared`)
    }
    const holder = machines.find((machine) => machine.id === database.holderOf(id)?.workerId)
    const file = holder?.disk.files('now').find(({ path }) => path === `/data/sessions/${id}/auth.sqlite`)
    const copy = file?.node.sql ? (holder?.reader.credsIn(file.node.sql) ?? null) : null
    // What was never linked may have failed half way: the first thing that a link stores is the whole identity.
    if (row?.generation === generation && IS_LINKED[row.status] && copy !== creds)
      violations.add('untrue', 'FLT-3', `${name}: the holder has other credentials than the database`)
  }
  checkAnswers(world)
  for (const machine of machines) {
    for (const { path } of machine.disk.files('now')) {
      const id = /([0-9a-f]{8}-[0-9a-f-]{27})/.exec(path)?.[1]
      const holder = id === undefined ? machine.id : database.holderOf(id)?.workerId
      if (holder !== machine.id)
        violations.add('orphan', 'FLT-2', `${machine.id} has ${path}, whose session is held by ${holder ?? 'nobody'}`)
    }
  }
}

/** A text that was answered for is on its way, or arrived, for as long as its link is there (OUT-1, FLT-3). */
function checkAnswers({ database, service, queued, violations }: World): void {
  for (const { text, sessionId, generation, answered } of queued) {
    const row = database.rows().find(({ id }) => id === sessionId)
    if (!answered || row?.generation !== generation || service.delivered.some((one) => one.text === text)) continue
    if (!textsOf(generation, sessionId, database.shelf().get(sessionId)).includes(text)) {
      violations.add('text', 'OUT-1, FLT-3', `${text} was answered for, and is neither delivered nor stored`)
    }
  }
}

function textsOf(generation: number, id: string, all: ReadonlyMap<string, Uint8Array> = new Map()): string[] {
  const rows = new Map(Array.from(all, ([at, value]) => [at.slice(at.indexOf('/') + 1), value] as const))
  const outbox = rows.get(HOME_ROWS.outbox)
  const cipher = outbox && openShelf(id, generation, rows)
  if (!cipher) return []
  const { account, messages } = Queue.parse(JSON.parse(Buffer.from(outbox).toString()))
  return messages.map((sealed, at) => Message.parse(JSON.parse(cipher.open(['text', account, at], Buffer.from(sealed, 'base64')))).text)
}
const Queue = z.object({ account: z.string(), messages: z.array(z.string()) })
const Message = z.object({ text: z.string() })

function credsOf(id: string, generation: number, rows: ReadonlyMap<string, Uint8Array>): string | null {
  try {
    const cipher = openShelf(id, generation, rows)
    return cipher && (contentsIn(cipher, generation, rows)?.creds ?? null)
  } catch {
    return null
  }
}
