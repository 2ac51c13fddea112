import { execFile } from 'node:child_process'
import type { Cancel, Clock } from './clock.ts'
import type { Log } from './log.ts'

/** How many beats fit into the time after which systemd gives the worker up: one that is lost or late costs nothing. */
const BEATS = 4
/** systemd gives a word that it has not taken within 5 s up. */
const SEND_MS = 10_000

/** What systemd is told of this process (sd_notify(3)). Without systemd nobody is told anything. */
export type ServiceManager = {
  /** The worker listens. From now on it is to be restarted when it stops beating. */
  ready(): void
  /** It ends; beats no more. */
  stopping(): void
}

type Environment = Record<string, string | undefined>
/** Sends words like `READY=1` to systemd. Never throws. */
export type Send = (words: string) => void
/** `passes`: how many passes over the database have ended, well or not: a beat says that there was one since the last, so that a loop that hangs is silent. */
type Options = { environment: Environment; clock: Clock; send: Send; passes: () => number }

/** Tells systemd what `Type=notify` and `WatchdogSec=` wait for. */
export function createServiceManager({ environment, clock, send, passes }: Options): ServiceManager {
  const everyMs = watchdogMs(environment) / BEATS
  let last = 0
  let cancel: Cancel = () => {}
  const beat = (): void => {
    cancel = clock.after(everyMs, () => {
      const now = passes()
      if (now !== last) send('WATCHDOG=1')
      last = now
      beat()
    })
  }
  return {
    ready() {
      send('READY=1')
      last = passes()
      if (everyMs > 0) beat()
    },
    stopping() {
      cancel()
      send('STOPPING=1')
    },
  }
}

/** 0: nobody waits for beats, or for another process's. */
function watchdogMs({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number {
  const ms = Number(WATCHDOG_USEC) / 1000
  const isMine = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid)
  return isMine && Number.isFinite(ms) && ms > 0 ? ms : 0
}

/**
 * By systemd's own `systemd-notify`, for Node opens no datagram sockets of files: it waits until systemd has taken the word, so that the unit's
 * `NotifyAccess=all` can tell whose it is. Where it fails, that is logged once: the worker works without.
 */
export function systemdNotify(environment: Environment, log: Log): Send {
  const { NOTIFY_SOCKET, PATH } = environment
  if (!NOTIFY_SOCKET) return () => {}
  let hasFailed = false
  return (words) => {
    execFile('systemd-notify', [words], { env: { NOTIFY_SOCKET, PATH }, timeout: SEND_MS }, (error) => {
      if (error && !hasFailed) log.warn({ error: error.message }, 'systemd cannot be told how the worker is')
      hasFailed ||= error !== null
    })
  }
}
