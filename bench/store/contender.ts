/** One session's store as the bench drives it. Values are JSON texts, as the worker stores them. */
export type Contender = {
  /** One durable batch: on the disk, whole or not at all, when it returns or resolves. */
  put(type: string, values: Record<string, string>): void | Promise<void>
  get(type: string, id: string): string | null | Promise<string | null>
  /** Closes it and removes all that it holds, durably. */
  clear(): void | Promise<void>
}

/** Makes the store of a session in `folder`, which does not exist yet. */
export type OpenContender = (folder: string, sessionId: string) => Contender | Promise<Contender>
