/** `node bench/store/measure.ts <kind> <sessions>`: one contender in a process of its own, so that its memory is its own. Prints JSON. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { spread } from '../report.ts'
import type { Contender, OpenContender } from './contender.ts'

/** What a new link stores at once. */
const PRE_KEYS = 812
/** Single writes measured, spread over the sessions. */
const WRITES = 2000

const OPENERS: Record<string, () => Promise<OpenContender>> = {
  sealed: async () => (await import('./sqlite.ts')).openSealed,
  clear: async () => (await import('./sqlite.ts')).openInTheClear,
  'append-only': async () => (await import('./append-only.ts')).openAppendOnly,
  'multi-file': async () => (await import('./multi-file.ts')).openMultiFile,
}

const [kind = '', count = '100'] = process.argv.slice(2)
const open = await OPENERS[kind]?.()
if (!open) throw new Error(`which store? ${Object.keys(OPENERS).join(', ')}`)

/** A pre-key as Baileys' JSON writes it. */
const preKey = () => {
  const half = () => ({ type: 'Buffer', data: randomBytes(32).toString('base64') })
  return JSON.stringify({ public: half(), private: half() })
}
const timed = async (act: () => void | Promise<void>): Promise<number> => {
  const begun = performance.now()
  await act()
  return performance.now() - begun
}
const rss = () => {
  globalThis.gc?.()
  globalThis.gc?.()
  return process.memoryUsage().rss
}

const root = await mkdtemp(join(tmpdir(), 'latchkey-store-'))
try {
  const stores: Contender[] = []
  const opens: number[] = []
  const batches: number[] = []
  const singles: number[] = []
  const clears: number[] = []
  const preKeys = Object.fromEntries(Array.from({ length: PRE_KEYS }, (_, id) => [String(id + 1), preKey()]))
  const before = rss()
  for (let index = 0; index < Number(count); index += 1) {
    const id = randomUUID()
    opens.push(await timed(async () => void stores.push(await open(join(root, id), id))))
    const store = stores[index]
    if (store) batches.push(await timed(() => store.put('pre-key', preKeys)))
  }
  const perSessionKB = (rss() - before) / 1024 / stores.length
  for (let index = 0; index < WRITES; index += 1) {
    const store = stores[index % stores.length]
    if (store) singles.push(await timed(() => store.put('session', { [`5198765${index % 7}`]: preKey() })))
  }
  const kept = JSON.parse((await stores[0]?.get('pre-key', '812')) ?? '{}') as unknown
  if (!isDeepStrictEqual(kept, JSON.parse(preKeys['812'] ?? ''))) throw new Error(`${kind} does not give back what it took`)
  let files = 0
  let bytes = 0
  for (const name of await readdir(root, { recursive: true })) {
    const facts = await stat(join(root, name))
    if (!facts.isFile()) continue
    files += 1
    bytes += facts.blocks * 512
  }
  for (const store of stores) clears.push(await timed(() => store.clear()))
  if ((await readdir(root)).length > 0) throw new Error(`${kind} left something behind`)
  console.log(
    JSON.stringify({
      kind,
      sessions: stores.length,
      rssPerSessionKB: Math.round(perSessionKB),
      filesPerSession: files / stores.length,
      diskPerSessionKB: Math.round(bytes / 1024 / stores.length),
      openMs: spread(opens),
      preKeysMs: spread(batches),
      writeMs: spread(singles),
      clearMs: spread(clears),
    }),
  )
} finally {
  await rm(root, { recursive: true, force: true })
}
