import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'
import { StartError } from './start-error.ts'
import { processMark } from './process-mark.ts'

/** Who uses a data folder, and where what runs there can be reached. */
const Holder = z.object({
  pid: z.int(),
  /** Tells the process from a later one with the same number. */
  mark: z.string(),
  url: z.string(),
  databasePort: z.int(),
})
export type Holder = z.infer<typeof Holder>
export type Where = Pick<Holder, 'url' | 'databasePort'>
export type Lock = { release(): Promise<void> }

/** Who holds the lock of a data folder now, or `null`; a holder that is dead does not count. */
export async function lockHolder(file: string): Promise<Holder | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  const holder = text === null ? null : parse(text)
  return holder && (await processMark(holder.pid)) === holder.mark ? holder : null
}

/**
 * Takes a data folder for this process: two stacks on one folder would spoil each other's database.
 * @throws StartError when a living process holds it.
 */
export async function takeLock(file: string, where: Where): Promise<Lock> {
  const taken = await tryLock(file, where)
  if ('release' in taken) return taken
  throw new StartError(
    `This data folder is in use: Latchkey runs already at ${taken.url} (process ${taken.pid}). Stop it, or set LATCHKEY_DATA to another folder.`,
  )
}

/** Takes a lock, or says who holds it. */
export async function tryLock(file: string, where: Where): Promise<Lock | Holder> {
  const mine = JSON.stringify({ pid: process.pid, mark: await processMark(process.pid), ...where } satisfies Holder)
  await makeFolder(dirname(file))
  for (;;) {
    try {
      await createWhole(file, mine)
      return { release: () => rm(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const stale = await readFile(file, 'utf8').catch(() => null)
    const holder = await lockHolder(file)
    if (holder) return holder
    if (stale !== null) await putAside(file, stale)
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 })
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException
    throw new StartError(`${dirname(folder)} cannot be used as the data folder: ${message}. Set LATCHKEY_DATA to another.`)
  }
}

/** Creates a file that is never seen empty. */
async function createWhole(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(fresh, text, { mode: 0o600 })
    await link(fresh, file)
  } finally {
    await rm(fresh, { force: true })
  }
}

/** Removes a dead process's lock; when another start was faster, what it wrote is put back. */
async function putAside(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await rename(file, aside)
    if ((await readFile(aside, 'utf8')) !== stale) await link(aside, file)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await rm(aside, { force: true })
  }
}

function parse(text: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(text))
  } catch {
    return null
  }
}
