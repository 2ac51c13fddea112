/** Numbers from a sequence of which only the order means something; what follows from that is compared. */
const COUNTED = new Set(['change'])

/** Ids and tokens of one of the twins, under names that are the same for both. */
export class TwinNames {
  readonly byId = new Map<string, string>()
  readonly sessions: string[] = []
  readonly orders: string[] = []
  /** The tokens that a session's lease has had, by session, oldest first. */
  readonly tokens = new Map<string, number[]>()

  constructor(known: Record<string, string>) {
    for (const [id, name] of Object.entries(known)) this.byId.set(id, name)
  }

  /** Names what is new. A call makes at most one order for a session, so the session's name tells its orders apart. */
  learn(
    sessions: readonly { id: string }[],
    orders: readonly { id: string; session_id: string }[],
    leases: readonly { session_id: string; token: number }[],
  ): void {
    for (const { id } of sessions) this.#name(id, 's', this.sessions)
    const fresh = orders.filter(({ id }) => !this.byId.has(id))
    const bySession = fresh.toSorted((a, b) => this.of(a.session_id).localeCompare(this.of(b.session_id)))
    for (const { id } of bySession) this.#name(id, 'o', this.orders)
    for (const { session_id, token } of leases) {
      const known = this.tokens.get(session_id) ?? []
      if (!known.includes(token)) this.tokens.set(session_id, [...known, token])
    }
  }

  of(id: string): string {
    return this.byId.get(id) ?? id
  }

  /** JSON with names for ids, and times that are the same for both. Lists are in an order of their own: ids decide ties. */
  translate(value: unknown, timeOffset: number): unknown {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.translate(item, timeOffset))
      return items.toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)))
    }
    if (value !== null && typeof value === 'object') {
      const sessionId = sessionOf(value)
      const entries = Object.entries(value)
        .filter(([key, item]) => item !== undefined && !COUNTED.has(key))
        .map(([key, item]) => [this.of(key), this.#field(key, item, timeOffset, sessionId)] as const)
      return Object.fromEntries(entries.toSorted(([a], [b]) => compareText(a, b)))
    }
    return typeof value === 'string' ? this.#text(value, timeOffset) : value
  }

  #field(key: string, value: unknown, timeOffset: number, sessionId: string): unknown {
    // The model's rows hold milliseconds.
    if (typeof value === 'number' && /_(at|since)$/.test(key)) return new Date(value + timeOffset).toISOString()
    if (typeof value === 'number' && key === 'token') return `token ${(this.tokens.get(sessionId) ?? []).indexOf(value)}`
    return this.translate(value, timeOffset)
  }

  #text(text: string, timeOffset: number): string {
    if (isTime(text)) return new Date(Date.parse(text) + timeOffset).toISOString()
    return this.of(text)
  }

  #name(id: string, letter: string, all: string[]): void {
    if (this.byId.has(id)) return
    all.push(id)
    this.byId.set(id, `${letter}${all.length}`)
  }
}

/** Whether something is a time as Postgres or JSON writes it. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)
}

/** Which session an object is about: an order and a lease say so, a session is it. */
function sessionOf(value: object): string {
  const { session_id, id } = value as { session_id?: unknown; id?: unknown }
  return String(session_id ?? id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
