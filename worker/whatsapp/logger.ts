import type { Log } from '../log.ts'

type Level = (fields: unknown, message?: string) => void

/** Shaped as Baileys wants its logger. */
export type QuietLogger = { level: string; child(): QuietLogger; trace: Level; debug: Level; info: Level; warn: Level; error: Level }

/**
 * Passes on the words of Baileys' warnings and drops the objects beside them: they hold stanzas, credentials and keys. Its `level` is
 * none that Baileys knows, so that it builds no dump either.
 */
export function quietLogger(log: Log): QuietLogger {
  const drop: Level = () => {}
  const words: Level = (fields, message) => log.debug({}, `baileys: ${message ?? (typeof fields === 'string' ? fields : 'no words')}`)
  const logger: QuietLogger = { level: 'silent', child: () => logger, trace: drop, debug: drop, info: drop, warn: words, error: words }
  return logger
}

/**
 * libsignal prints whole session objects, private keys included, through the console. The worker itself never uses the console, so
 * from here on it carries first words only, to the log.
 */
export function silenceConsole(log: Log): void {
  const words = (...parts: unknown[]): void =>
    log.debug({}, `console: ${typeof parts[0] === 'string' ? parts[0].slice(0, 80) : 'no words'}`)
  Object.assign(console, { debug: words, info: words, log: words, warn: words, error: words })
}
