import { Resolver } from 'node:dns/promises'
import type { Resolve } from './target.ts'

/** How long a name server has, milliseconds, and how often it is asked. */
const TIMEOUT_MS = 2000
const TRIES = 2

/**
 * Asks name servers, by default those of this machine. It asks them itself: the system's own way takes one of four threads, which all
 * files and all other names need too, and one slow name server would hold everybody up.
 */
export function createResolve(servers?: readonly string[]): Resolve {
  return async (name, signal) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
    if (servers) resolver.setServers(servers)
    const cancel = (): void => resolver.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
      const found = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
      if (found.length === 0 && four.status === 'rejected') throw four.reason
      return found
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }
}
