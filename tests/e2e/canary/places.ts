import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { type ByteSearch, onOneLine } from '../../worker/kill/byte-search.ts'
import { searchFolder, searchRows } from '../../worker/kill/places.ts'
import { DIST, layoutOf } from '../../../scripts/stack/layout.ts'
import type { World } from '../support/world.ts'

/** An answer that somebody got. `refused`: a status of 400 and more. */
export type Heard = { place: string; cacheControl: string | null; bytes: Buffer }

/** Everything that a secret could have been written to, by name; `searchPlaces` looks through all of it. */
export type Places = {
  world: World
  heard: readonly Heard[]
  /** What the launcher's process said on its console. */
  printed: readonly string[]
  context: BrowserContext
  /** Of the built page; the real one unless told. */
  bundle?: string
}

export async function searchPlaces(search: ByteSearch, { world, heard, printed, context, bundle = DIST }: Places): Promise<void> {
  await searchRows(search, world.sql)
  await world.sql`checkpoint`
  const { home, logs } = layoutOf(world.dataDir, 'demo')
  searchFolder(search, 'disk', home)
  for (const name of readdirSync(logs)) search.scan(`disk:logs/${name}`, onOneLine(readFileSync(join(logs, name))))
  searchFolder(search, 'bundle', bundle)
  for (const { place, bytes } of heard) search.scan(place, bytes)
  for (const line of printed) search.scan('console of the launcher', onOneLine(Buffer.from(line)))
  for (const [place, text] of Object.entries(await storedInBrowser(context))) search.scan(`browser: ${place}`, Buffer.from(text))
  for (const { place, bytes } of processes()) search.scan(place, bytes)
}

/** What pages keep in a browser, for themselves and for their successors. */
async function storedInBrowser(context: BrowserContext): Promise<Record<string, string>> {
  const page = context.pages()[0]
  if (!page) throw new Error('no page is open')
  const { cookies, origins } = await context.storageState({ indexedDB: true })
  return {
    cookies: JSON.stringify(cookies),
    localStorage: JSON.stringify(origins.map(({ localStorage }) => localStorage)),
    // All else that the origin stores, IndexedDB among it.
    storage: JSON.stringify(origins, (name, value: unknown) => (name === 'localStorage' ? null : value)),
    sessionStorage: await page.evaluate<string>('JSON.stringify({ ...sessionStorage })'),
    caches: await page.evaluate<string>(ALL_CACHED),
    address: page.url(),
  }
}

/** Runs in the page: the addresses and bodies of all that it put into its caches. */
const ALL_CACHED = `(async () => {
  const texts = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request)).text())
  }
  return texts.join('\\n')
})()`

/** Arguments and environment of this process and all below it, as the system shows them; what is not Linux shows them elsewhere. */
function processes(): { place: string; bytes: Buffer }[] {
  if (!existsSync('/proc/self')) return []
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) && /\nPPid:\t(\d+)/.exec(read(name, 'status').toString())?.[1]
    if (parent) parents.set(Number(name), Number(parent))
  }
  const isOurs = (pid: number | undefined): boolean => pid === process.pid || (pid !== undefined && isOurs(parents.get(pid)))
  return [...parents.keys()].filter(isOurs).flatMap((pid) => {
    const role = pid === process.pid ? 'the launcher' : roleOf(read(pid, 'cmdline').toString().replaceAll('\0', ' '))
    return [
      { place: `arguments of ${role}`, bytes: read(pid, 'cmdline') },
      { place: `environment of ${role}`, bytes: read(pid, 'environ') },
    ]
  })
}

const ROLES = {
  worker: 'worker/main.ts',
  'edge function': 'whatsapp-session',
  simulator: 'simulator/main.ts',
  database: 'postgres',
  browser: 'chrom',
}

function roleOf(command: string): string {
  return Object.entries(ROLES).find(([, mark]) => command.includes(mark))?.[0] ?? 'another process'
}

function read(pid: number | string, file: string): Buffer {
  try {
    return readFileSync(join('/proc', String(pid), file))
  } catch {
    // Processes come and go.
    return Buffer.alloc(0)
  }
}

/** Puts `texts` into every place where they must not be. Returns what takes the process away again that has them as arguments. */
export async function plantEverywhere(
  { world, heard, printed, context }: Mutable<Places>,
  bundle: string,
  texts: string[],
): Promise<ChildProcess> {
  await world.sql`create table public.planted (text text)`
  for (const text of texts) await world.sql`insert into public.planted values (${text})`
  const home = layoutOf(world.dataDir, 'demo')
  for (const folder of [home.logs, home.worker, bundle]) writeFileSync(join(folder, 'planted'), texts.join('\n'))
  heard.push({ place: 'planted answer', cacheControl: null, bytes: Buffer.from(texts.join('\n')) })
  printed.push(texts.join('\n'))
  await context.pages()[0]?.evaluate(`(${PLANT_IN_PAGE})(${JSON.stringify(texts.join('\n'))})`)
  const env = Object.fromEntries(texts.map((text, at) => [`PLANTED_${at}`, text]))
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...texts], { env, stdio: 'ignore' })
  await once(child, 'spawn')
  return child
}

type Mutable<T> = { [K in keyof T]: T[K] extends readonly (infer One)[] ? One[] : T[K] }

/** Runs in the page. */
const PLANT_IN_PAGE = `async (text) => {
  localStorage.setItem('planted', text)
  sessionStorage.setItem('planted', text)
  await (await caches.open('planted')).put('/planted', new Response(text))
  await new Promise((done, failed) => {
    const opening = indexedDB.open('planted')
    opening.onupgradeneeded = () => opening.result.createObjectStore('planted')
    opening.onerror = failed
    opening.onsuccess = () => {
      const change = opening.result.transaction('planted', 'readwrite')
      change.objectStore('planted').put(text, 1)
      change.oncomplete = done
    }
  })
}`
