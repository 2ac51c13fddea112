import { join } from 'node:path'
import * as z from 'zod'
import { QueuedText } from '#domain/message.ts'
import type { Cipher } from '../seal/cipher.ts'
import type { Vault } from '../seal/vault.ts'
import type { DataFolder } from './data-folder.ts'
import { removeDurably, writeDurably } from './durable-file.ts'
import { HOME_ROWS, IN_THE_FOLDER } from './home.ts'
import type { Home } from './home.ts'
import { StorageError, asStorageError } from './storage-error.ts'

/** The link that a queue belongs to: texts that were queued for one account are never sent by another. */
export type Binding = { generation: number; account: string }

const Queue = z.object({
  version: z.literal(1),
  generation: z.int().min(1),
  account: z.string(),
  messages: z.array(QueuedText),
})
type Queue = z.infer<typeof Queue>

/** The same with each text sealed as the one at its place in this account's queue: how many there are stays to be seen without a key. */
const SealedQueue = z.object({ ...Queue.shape, version: z.literal(2), messages: z.array(z.base64()) })
const StoredQueue = z.discriminatedUnion('version', [Queue, SealedQueue])

/** What counts as a queue when one is erased: also what others wrote. */
const AnyQueue = z.looseObject({ generation: z.int().optional(), messages: z.array(z.unknown()) })

/**
 * The texts of a session that wait to be sent: one file, written whole at each change, bound to the linked account. Every call reads the
 * file anew, so that what a clear erased stays erased: no change ever makes a file but `add`.
 */
export type Outbox = {
  /** The texts of this link; none where the queue is another link's. Throws `StorageError` where it is damaged. */
  list(sessionId: string, binding: Binding): QueuedText[]
  /** Durable when it returns. A queue of another link must have been set aside before. Throws `StorageError`. */
  add(sessionId: string, binding: Binding, text: QueuedText): void
  /** Puts `text` in the place of the one with its id; `null` takes that out. Nothing happens where it is gone. */
  settle(sessionId: string, binding: Binding, id: string, text: QueuedText | null): void
  /** Whose the file is: a binding, `null` where there is none, `damaged`. */
  bindingOf(sessionId: string): Binding | 'damaged' | null
  /** How many texts a clear up to `maxGeneration` would erase. A file that cannot be read counts as none and is erased all the same. */
  measure(sessionId: string, maxGeneration: number): number
  erase(sessionId: string, maxGeneration: number): void
  /** Seals a session's queue at `path` that lies there in the clear; returns whether it did. Throws `StorageError`. */
  seal(path: string, sessionId: string): boolean
}

export function openOutbox(data: DataFolder, vault: Vault, home: Home = IN_THE_FOLDER): Outbox {
  const { disk } = data
  // A write that a kill interrupted: no clear would find these texts, and none may outlive one.
  for (const name of disk.names(data.outboxes)) if (name.endsWith('.tmp')) removeDurably(disk, join(data.outboxes, name))
  const readStored = (path: string): z.infer<typeof StoredQueue> | null => {
    let text: string | null
    try {
      text = disk.read(path)
    } catch (error) {
      throw asStorageError(error)
    }
    if (text === null) return null
    try {
      return StoredQueue.parse(JSON.parse(text))
    } catch (error) {
      throw new StorageError('damaged', 'the outbox cannot be read', error)
    }
  }
  const read = (sessionId: string): Queue | null => {
    const stored = readStored(data.outbox(sessionId))
    if (stored?.version !== 2) return stored
    const cipher = vault.cipherToOpen(sessionId, stored.generation)
    try {
      return { ...stored, version: 1, messages: stored.messages.map((text, at) => openText(cipher, stored.account, at, text)) }
    } finally {
      cipher.drop()
    }
  }
  const asText = (sessionId: string, queue: Queue): string => {
    if (!vault.seals) return JSON.stringify(queue)
    const cipher = vault.cipherToWrite(sessionId, queue.generation)
    try {
      const messages = queue.messages.map((text, at) => sealText(cipher, queue.account, at, text))
      return JSON.stringify({ ...queue, version: 2, messages } satisfies z.infer<typeof SealedQueue>)
    } finally {
      cipher.drop()
    }
  }
  const readMine = (sessionId: string, { generation, account }: Binding): Queue | null => {
    const queue = read(sessionId)
    return queue && queue.generation === generation && queue.account === account ? queue : null
  }
  const write = (sessionId: string, queue: Queue): void => {
    try {
      const text = queue.messages.length === 0 ? null : asText(sessionId, queue)
      if (text === null) data.erase(data.outbox(sessionId))
      else writeDurably(disk, data.outbox(sessionId), text)
      home.changed(sessionId, queue.generation, { [HOME_ROWS.outbox]: text === null ? null : Buffer.from(text) })
    } catch (error) {
      throw asStorageError(error)
    }
  }
  const readAny = (sessionId: string): z.infer<typeof AnyQueue> | null => {
    // What the system refuses to read may be a newer link's: that is thrown. What is no queue is nobody's.
    const text = disk.read(data.outbox(sessionId)) ?? 'null'
    try {
      const value: unknown = JSON.parse(text)
      return AnyQueue.parse(Array.isArray(value) ? { messages: value } : value)
    } catch {
      return null
    }
  }
  const isNewer = (queue: z.infer<typeof AnyQueue> | null, maxGeneration: number): boolean => (queue?.generation ?? 0) > maxGeneration

  return {
    list: (sessionId, binding) => readMine(sessionId, binding)?.messages ?? [],
    add(sessionId, binding, text) {
      const queue = read(sessionId) ?? { version: 1, ...binding, messages: [] }
      if (queue.generation !== binding.generation || queue.account !== binding.account) {
        throw new StorageError('failed', 'the outbox belongs to another link')
      }
      write(sessionId, { ...queue, messages: [...queue.messages, text] })
    },
    settle(sessionId, binding, id, text) {
      const queue = readMine(sessionId, binding)
      if (!queue?.messages.some((one) => one.id === id)) return
      write(sessionId, { ...queue, messages: queue.messages.flatMap((one) => (one.id !== id ? [one] : text ? [text] : [])) })
    },
    bindingOf(sessionId) {
      try {
        const queue = read(sessionId)
        return queue && { generation: queue.generation, account: queue.account }
      } catch (error) {
        if (asStorageError(error).kind === 'damaged') return 'damaged'
        throw error
      }
    },
    measure(sessionId, maxGeneration) {
      const queue = readAny(sessionId)
      return queue && !isNewer(queue, maxGeneration) ? queue.messages.length : 0
    },
    erase(sessionId, maxGeneration) {
      if (!isNewer(readAny(sessionId), maxGeneration)) data.erase(data.outbox(sessionId))
    },
    seal(path, sessionId) {
      const stored = readStored(path)
      if (!vault.seals || stored?.version !== 1) return false
      try {
        writeDurably(disk, path, asText(sessionId, stored))
      } catch (error) {
        throw asStorageError(error)
      }
      return true
    },
  }
}

function sealText(cipher: Cipher, account: string, at: number, text: QueuedText): string {
  return Buffer.from(cipher.seal(['text', account, at], JSON.stringify(text))).toString('base64')
}

function openText(cipher: Cipher, account: string, at: number, sealed: string): QueuedText {
  const text = cipher.open(['text', account, at], Buffer.from(sealed, 'base64'))
  try {
    return QueuedText.parse(JSON.parse(text))
  } catch (error) {
    throw new StorageError('damaged', 'a text of the outbox cannot be read', error)
  }
}
