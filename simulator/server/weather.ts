import type { BinaryNode, proto } from 'baileys'
import type { Chance } from '../chance.ts'
import type { Behaviour } from '../settings.ts'

/** What one connection goes through; it follows the behaviour as that changes. */
export type Weather = {
  /** How long the next frame to the client is under way, milliseconds. */
  delay(): number
  /** When this connection is cut, milliseconds after it opened; `undefined`: not by the weather. */
  cutAfter(): number | undefined
  /** The server answers nobody. */
  silent(): boolean
  /** A stanza as a server says it whose clock is wrong. */
  dressed(stanza: BinaryNode): BinaryNode
}

/** Weather from chance: the same seed gives the same delays in the same order. */
export function createWeather(behaviour: () => Behaviour, chance: Chance): Weather {
  const [delays, cuts] = [chance.of('delays'), chance.of('cuts')]
  return {
    delay() {
      const { latencyMs, jitterMs } = behaviour()
      return latencyMs + (jitterMs === 0 ? 0 : delays.integer(0, jitterMs + 1))
    },
    cutAfter() {
      const milliseconds = behaviour().dropEverySeconds * 1000
      // Half as long to half as long again, so that not all connections of a worker break at once.
      return milliseconds === 0 ? undefined : Math.round(milliseconds / 2) + cuts.integer(0, Math.round(milliseconds) + 1)
    },
    silent: () => behaviour().silent,
    dressed(stanza) {
      const { clockSkewSeconds } = behaviour()
      const { t } = stanza.attrs
      if (clockSkewSeconds === 0 || t === undefined) return stanza
      return { ...stanza, attrs: { ...stanza.attrs, t: String(Number(t) + clockSkewSeconds) } }
    },
  }
}

/** Whether a client is older than `minimumVersion`, which is three numbers with dots between; `null`: none is too old. */
export function isOutdated(minimumVersion: string | null, payload: proto.IClientPayload): boolean {
  if (minimumVersion === null) return false
  const version = payload.userAgent?.appVersion
  const own = [version?.primary, version?.secondary, version?.tertiary].map((part) => part ?? 0)
  const wanted = minimumVersion.split('.').map(Number)
  const difference = own.map((part, index) => part - (wanted[index] ?? 0)).find((part) => part !== 0)
  return difference !== undefined && difference < 0
}
