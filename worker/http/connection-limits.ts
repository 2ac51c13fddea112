/** What a connection may take of this worker before anybody has shown a signature, and how long it may be slow. */
export type ConnectionLimits = {
  /** Connections at once; what comes on top is closed. A link's stream holds one. */
  connections: number
  /** Request line and headers together, bytes. A command is about 1 KB, and a path has at most 4. */
  headerBytes: number
  /** Until all headers are there, and until the body is, milliseconds. */
  headersMs: number
  requestMs: number
  /** A connection on which nothing moves, in either direction, milliseconds. A stream says something every 15 s, so only a reader who does not read is meant. */
  stalledMs: number
  /** Between two requests, milliseconds: longer than a client keeps a connection for reuse is not needed. */
  keepAliveMs: number
  requestsPerConnection: number
  /** How often the first two are looked at, milliseconds. */
  checkMs: number
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: 2048,
  headerBytes: 8 * 1024,
  headersMs: 10_000,
  requestMs: 20_000,
  stalledMs: 60_000,
  keepAliveMs: 65_000,
  requestsPerConnection: 10_000,
  checkMs: 5_000,
}
