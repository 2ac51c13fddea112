import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { jwtVerify } from 'jose'
import type { Sql } from 'postgres'
import { type WebSocket, WebSocketServer } from 'ws'
import * as z from 'zod'
import { type Change, followChanges, type Row } from './realtime-changes.ts'

/** A message of the protocol's version 2: join_ref, ref, topic, event, payload. */
const Frame = z.tuple([z.nullable(z.string()), z.nullable(z.string()), z.string(), z.string(), z.unknown()])
const Binding = z.looseObject({ event: z.string(), schema: z.literal('public'), table: z.string(), filter: z.optional(z.string()) })
const Join = z.object({ access_token: z.optional(z.string()), config: z.object({ postgres_changes: z.array(Binding) }) })
const Claims = z.looseObject({ sub: z.uuid(), role: z.literal('authenticated'), exp: z.number() })
type Claims = z.infer<typeof Claims>

type Channel = {
  socket: WebSocket
  topic: string
  joinRef: string | null
  bindings: (z.infer<typeof Binding> & { id: number })[]
  claims: Claims
  expiry: NodeJS.Timeout
}

export type RealtimeServerOptions = { sql: Sql; jwtSecret: string; apiKey: string }

/**
 * As much of Supabase Realtime as a page meets: it speaks the protocol as realtime-js does, checks tokens, and tells of changes of a
 * real database to those alone whom row level security lets see them. Of a row that was deleted it tells the id, to all who asked for
 * deletions without a filter, as Realtime does.
 */
export class RealtimeServer {
  /** Joins are answered with this reason while there is one. */
  refusal: string | null = null
  /** While it is away nobody gets in. */
  #isAway = false
  /** The tokens that joins and refreshes brought. */
  readonly tokens: string[] = []
  joins = 0
  /** The ids of the rows whose changes were told to anybody. */
  readonly told: string[] = []
  readonly #channels = new Set<Channel>()
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #key: Uint8Array
  readonly #options: RealtimeServerOptions
  #changes: Awaited<ReturnType<typeof followChanges>> | null = null
  #ids = 30_000_000

  private constructor(options: RealtimeServerOptions) {
    this.#options = options
    this.#key = new TextEncoder().encode(options.jwtSecret)
  }

  static async start(options: RealtimeServerOptions): Promise<RealtimeServer> {
    const server = new RealtimeServer(options)
    server.#changes = await followChanges(options.sql, (change) => void server.#tell(change))
    return server
  }

  /** How many channels are joined now. */
  get joined(): number {
    return this.#channels.size
  }

  /** Takes over a request to `/realtime/v1/websocket`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const isWelcome = searchParams.get('apikey') === this.#options.apiKey && searchParams.get('vsn') === '2.0.0'
    if (this.#isAway || pathname !== '/realtime/v1/websocket') return void socket.destroy()
    if (!isWelcome) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    this.#sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on('message', (data) => void this.#hear(opened, Frame.parse(JSON.parse((data as Buffer).toString()))))
      opened.on('close', () => {
        for (const channel of this.#channels) if (channel.socket === opened) this.#forget(channel)
      })
    })
  }

  /** Is gone as a server is that crashes: without a word. */
  async goAway(): Promise<void> {
    this.#isAway = true
    const closed = [...this.#sockets.clients].map((client) => once(client, 'close'))
    for (const client of this.#sockets.clients) client.terminate()
    await Promise.all(closed)
  }

  comeBack(): void {
    this.#isAway = false
  }

  /** Closes all channels, as when tokens have expired; the connections stay. */
  closeChannels(message: string): void {
    for (const channel of this.#channels) this.#close(channel, message)
  }

  async stop(): Promise<void> {
    await this.goAway()
    await this.#changes?.stop()
  }

  async #hear(socket: WebSocket, [joinRef, ref, topic, event, payload]: z.infer<typeof Frame>): Promise<void> {
    const reply = (status: 'ok' | 'error', response: object) => send(socket, joinRef, ref, topic, 'phx_reply', { status, response })
    const channel = [...this.#channels].find((other) => other.socket === socket && other.topic === topic)
    if (event === 'heartbeat') reply('ok', {})
    else if (event === 'phx_join') await this.#join(socket, joinRef, topic, Join.parse(payload), reply)
    else if (event === 'phx_leave') {
      if (channel) this.#forget(channel)
      reply('ok', {})
    } else if (event === 'access_token' && channel) {
      const claims = await this.#read(z.object({ access_token: z.string() }).parse(payload).access_token)
      if (typeof claims === 'string') this.#close(channel, claims)
      else this.#hold(channel, claims)
    }
  }

  async #join(
    socket: WebSocket,
    joinRef: string | null,
    topic: string,
    { access_token, config }: z.infer<typeof Join>,
    reply: (status: 'ok' | 'error', response: object) => void,
  ): Promise<void> {
    this.joins += 1
    const claims = this.refusal ?? (await this.#read(access_token ?? ''))
    if (typeof claims === 'string') return reply('error', { reason: claims })
    const bindings = config.postgres_changes.map((binding) => ({ ...binding, id: (this.#ids += 1) }))
    const channel: Channel = { socket, topic, joinRef, bindings, claims, expiry: setTimeout(() => {}) }
    this.#channels.add(channel)
    this.#hold(channel, claims)
    reply('ok', { postgres_changes: bindings })
    send(socket, null, null, topic, 'presence_state', {})
    this.#say(channel, 'ok', 'Subscribed to PostgreSQL')
  }

  /** Whose token it is, or what is wrong with it. */
  async #read(token: string): Promise<Claims | string> {
    this.tokens.push(token)
    try {
      return Claims.parse((await jwtVerify(token, this.#key, { algorithms: ['HS256'] })).payload)
    } catch (error) {
      return `InvalidJWTToken: ${error instanceof Error ? error.message : 'not a token'}`
    }
  }

  /** Keeps a channel for as long as its token is good. */
  #hold(channel: Channel, claims: Claims): void {
    clearTimeout(channel.expiry)
    channel.claims = claims
    channel.expiry = setTimeout(() => this.#close(channel, 'Token has expired'), claims.exp * 1000 - Date.now())
  }

  #close(channel: Channel, message: string): void {
    this.#say(channel, 'error', message)
    send(channel.socket, channel.joinRef, channel.joinRef, channel.topic, 'phx_close', {})
    this.#forget(channel)
  }

  #forget(channel: Channel): void {
    clearTimeout(channel.expiry)
    this.#channels.delete(channel)
  }

  #say({ socket, topic }: Channel, status: 'ok' | 'error', message: string): void {
    const extension = status === 'ok' ? 'postgres_changes' : 'system'
    send(socket, null, null, topic, 'system', { channel: topic.replace('realtime:', ''), extension, message, status })
  }

  async #tell(change: Change): Promise<void> {
    for (const channel of this.#channels) {
      const row = change.type === 'DELETE' ? { id: change.id } : await this.#changes?.seenBy(channel.claims, change)
      if (!row) continue
      const ids = channel.bindings.filter((binding) => wants(binding, change, row)).map(({ id }) => id)
      if (ids.length === 0) continue
      this.told.push(change.id)
      send(channel.socket, null, null, channel.topic, 'postgres_changes', { ids, data: dataOf(change, row) })
    }
  }
}

function wants({ event, table, filter }: z.infer<typeof Binding>, { type, table: changed }: Change, row: Row): boolean {
  if (table !== changed || (event !== '*' && event !== type)) return false
  const [column = '', value] = filter?.split('=eq.') ?? []
  return filter === undefined || row[column] === value
}

function dataOf({ type, table }: Change, row: Row): object {
  const columns = Object.keys(row).map((name) => ({ name, type: 'text' }))
  const rows =
    type === 'DELETE' ? { old_record: row } : type === 'UPDATE' ? { record: row, old_record: { id: row['id'] } } : { record: row }
  return { schema: 'public', table, type, commit_timestamp: new Date().toISOString(), columns, ...rows, errors: null }
}

function send(socket: WebSocket, ...frame: z.infer<typeof Frame>): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame))
}
