/** Thrown by every effect of a process that is dead: whatever catches it can change nothing any more. */
export class Crashed extends Error {
  constructor() {
    super('the process is dead')
  }
}

/** One life of the worker's process. Nothing of it has any effect after its end. */
export type Life = {
  readonly number: number
  isAlive(): boolean
  /** The end, at once and without a word, as by SIGKILL or a power cut. Returns what to throw. */
  crash(): Crashed
  /** Runs what the process was called for. What nobody catches ends it, as in the real one (OPS-4). Of one that is frozen it waits. */
  run(callback: () => void): void
  /** The process is stopped (SIGSTOP): it notices nothing. */
  freeze(): void
  isFrozen(): boolean
  /** It goes on (SIGCONT); returns what it was called for meanwhile, in order. */
  thaw(): (() => void)[]
  /** What nobody caught, if that was its end. */
  uncaught(): unknown
  /** Called once, at the end. */
  onEnd(listener: () => void): void
}

export function createLife(number: number): Life {
  let alive = true
  let uncaught: unknown = null
  let held: (() => void)[] | null = null
  const listeners: (() => void)[] = []
  const end = (): void => {
    if (!alive) return
    alive = false
    for (const listener of listeners) listener()
  }
  return {
    number,
    isAlive: () => alive,
    crash() {
      end()
      return new Crashed()
    },
    run(callback) {
      if (!alive) return
      if (held) return void held.push(callback)
      try {
        callback()
      } catch (error) {
        if (error instanceof Crashed) return
        if (alive) uncaught = error
        end()
      }
    },
    freeze: () => void (held ??= []),
    isFrozen: () => held !== null,
    thaw() {
      const callbacks = held ?? []
      held = null
      return callbacks
    },
    uncaught: () => uncaught,
    onEnd: (listener) => void listeners.push(listener),
  }
}
