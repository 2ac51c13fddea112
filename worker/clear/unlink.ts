import type { Clock } from '../clock.ts'
import type { CredentialAccess, WhatsApp, WhatsAppSocket } from '../whatsapp/port.ts'

/** The pause before the next login of an unlink, milliseconds. */
const RETRY_MS = 200

/**
 * Removes a linked device at WhatsApp, in at most `ms` milliseconds: over the live socket if there is one, else, or if that one is
 * silent, by a login of its own with credentials that are in memory only. `true`: WhatsApp confirmed it. Never throws.
 */
export async function unlinkDevice(options: {
  whatsapp: WhatsApp
  clock: Clock
  live: WhatsAppSocket | null
  /** The erased session's credentials, as JSON; `null`: nobody could read them, so that there is the live socket or nothing. */
  creds: string | null
  ms: number
}): Promise<boolean> {
  const { whatsapp, clock, live, creds, ms } = options
  const deadline = createDeadline(clock, ms)
  if (live) {
    const gone = await live.unlink(ms / 2)
    live.terminate()
    if (gone) return true
  }
  if (creds === null) return false
  while (!deadline.isOver()) {
    const outcome = await loginAndUnlink(whatsapp, deadline, creds, ms)
    if (outcome !== 'again') return outcome === 'gone'
    await deadline.orAfter(RETRY_MS)
  }
  return false
}

type Deadline = {
  isOver(): boolean
  /** Calls `run` when it is over; the last one counts. */
  onOver(run: () => void): void
  /** Waits `ms` milliseconds, or until it is over. */
  orAfter(ms: number): Promise<void>
}

/** By a timer, not by the time of day: that one may be set back meanwhile, and the login would go on for as long. */
function createDeadline(clock: Clock, ms: number): Deadline {
  let over = false
  let onOver = (): void => {}
  clock.after(ms, () => {
    over = true
    onOver()
  })
  return {
    isOver: () => over,
    onOver: (run) => void (onOver = run),
    orAfter: (wait) =>
      new Promise((resolve) => {
        if (over) return resolve()
        const cancel = clock.after(wait, resolve)
        onOver = () => {
          cancel()
          resolve()
        }
      }),
  }
}

/** `again`: the connection was lost or restarted before there was an answer, or the time is over. */
function loginAndUnlink(whatsapp: WhatsApp, deadline: Deadline, creds: string, ms: number): Promise<'gone' | 'refused' | 'again'> {
  return new Promise((resolve) => {
    let socket: WhatsAppSocket | null = null
    const finish = (outcome: 'gone' | 'refused' | 'again'): void => {
      deadline.onOver(() => {})
      socket?.terminate()
      socket = null
      resolve(outcome)
    }
    deadline.onOver(() => finish('again'))
    try {
      socket = whatsapp.openSocket(whatsapp.openAuth(memoryOnly(creds)), (event) => {
        if (event.type === 'opened') void socket?.unlink(ms).then((gone) => finish(gone ? 'gone' : 'again'))
        if (event.type === 'closed') finish(outcomeOfClose(event.cause.code))
      })
    } catch {
      finish('refused')
    }
  })
}

/** 401: WhatsApp knows no such device. Other refusals will not change within seconds. */
function outcomeOfClose(code: number): 'gone' | 'refused' | 'again' {
  if (code === 401) return 'gone'
  return [402, 403, 405, 406, 411].includes(code) ? 'refused' : 'again'
}

/** Credentials that are read once and written nowhere. */
function memoryOnly(creds: string): CredentialAccess {
  return { readCreds: () => creds, writeCreds: () => {}, readKeys: () => new Map(), writeKeys: () => {}, settled: () => null }
}
