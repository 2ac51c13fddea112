import type { Log } from '../log.ts'

type Level = (fields: unknown, message?: string) => void

/** Shaped as Baileys wants its logger. */
export type QuietLogger = { level: string; child(): QuietLogger; trace: Level; debug: Level; info: Level; warn: Level; error: Level }

/** Beyond so many places a library is not told apart from others, so that counting stays bounded. */
const MAX_PLACES = 200

/**
 * What libraries print is their own affair: Baileys puts stanzas and credentials beside its words, libsignal whole sessions with their
 * private keys, and both build sentences from what they were sent. So none of it is passed on, only where it was said and how often, at
 * the first, tenth, hundredth time and so on; the line of source has the words.
 */
function createTally(log: Log): (said: string, caller: (...args: never[]) => unknown) => void {
  const tally = new Map<string, number>()
  return (said, caller) => {
    const place = placeOf(caller)
    const exact = `${said} ${place}`
    const name = tally.has(exact) || tally.size < MAX_PLACES ? exact : 'elsewhere'
    const times = (tally.get(name) ?? 0) + 1
    tally.set(name, times)
    if (/^10*$/.test(String(times))) log.debug({ said, place: name === exact ? place : name, times }, 'a library said something')
  }
}

/** Where `caller` was called from: the file below the folder of its package, with its line. */
function placeOf(caller: (...args: never[]) => unknown): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 4
  const here = { stack: '' }
  Error.captureStackTrace(here, caller)
  Error.stackTraceLimit = stackTraceLimit
  return /node_modules[\\/]((?:(?!node_modules)[\w@.\\/+-]){1,100}:\d+):\d+/.exec(here.stack)?.[1] ?? 'unknown'
}

/** Counts where Baileys warns. Its `level` is none that Baileys knows, so that it builds no dump either. */
export function quietLogger(log: Log): QuietLogger {
  const tell = createTally(log)
  const drop: Level = () => {}
  const warn: Level = () => tell('warning', warn)
  const error: Level = () => tell('error', error)
  const logger: QuietLogger = { level: 'silent', child: () => logger, trace: drop, debug: drop, info: drop, warn, error }
  return logger
}

/** Whatever of the console writes to the process's output. */
const PRINTING = 'assert count countReset debug dir dirxml error group groupCollapsed info log table time timeEnd timeLog trace warn'.split(
  ' ',
)

/** The worker itself never uses the console, so from here on nothing that is given to it is printed: it is counted in the log. */
export function silenceConsole(log: Log): void {
  const tell = createTally(log)
  for (const name of PRINTING) {
    const silent = (...args: unknown[]): void => {
      if (name !== 'assert' || !args[0]) tell(`console.${name}`, silent)
    }
    Object.assign(console, { [name]: silent })
  }
}
