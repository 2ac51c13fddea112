import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { openAccounts } from './accounts.ts'
import { createAdmin } from './admin/admin.ts'
import { createChance } from './chance.ts'
import { createControls } from './controls.ts'
import type { Controls } from './controls.ts'
import { DEMO_PHONES } from './demo-phones.ts'
import { isLoopbackHost } from './loopback.ts'
import { openPhones } from './phone/phones.ts'
import { createDirector } from './scenario/director.ts'
import type { Run } from './scenario/run.ts'
import type { Scenario } from './scenario/schema.ts'
import { serveClient } from './server/server.ts'
import type { World } from './server/world.ts'
import { DEFAULT_BEHAVIOUR, DEFAULT_MAX_DEVICES, DEFAULT_REF_TIMES } from './settings.ts'
import type { Behaviour, Log, NewPhone, RefTimes } from './settings.ts'

/** Options of `startSimulator`; each has a default. */
export type SimulatorOptions = {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  port?: number
  /** Folder of the accounts; without it they live in memory. */
  dataDir?: string
  /** How long refs can be scanned, and how many a registration gets. The client's `qrTimeout` decides when it shows the next. */
  refSeconds?: Partial<RefTimes>
  /** Phones to begin with when the data folder holds none. */
  seed?: readonly NewPhone[]
  behaviour?: Partial<Behaviour>
  /** Where ids, refs and keys come from: the same seed and the same calls give the same ones. Without it they are random. */
  randomSeed?: string
  /** The most devices that one phone links, 1 to 250; the real service allows four. */
  maxDevices?: number
  log?: Log
}

/** A running simulator. */
export type Simulator = Controls & {
  /** Plays a scenario, or the one of `scenarios/` with that name; resolves when it is over. Rejects when there is none of that name. */
  run(scenario: Scenario | string): Promise<Run>
  port: number
  /** What Baileys wants as `waWebSocketUrl`. */
  webSocketUrl: string
  /** Where the admin API and the page "Phone" are, without a slash at the end. */
  adminUrl: string
  /** Cuts all connections, stores the accounts, closes the port. */
  stop(): Promise<void>
}

const WEB_SOCKET_PATH = '/ws/chat'
const MAX_FRAME_BYTES = 8 * 1024 * 1024

/**
 * Starts a WhatsApp server with its phones on loopback. Rejects when the port is taken (`EADDRINUSE`) or the data folder's
 * accounts are damaged.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const chance = createChance(options.randomSeed)
  const world: World = {
    accounts: openAccounts({ dataDir: options.dataDir, seed: options.seed ?? DEMO_PHONES, chance }),
    chance,
    phoneOf: openPhones(options.dataDir, chance),
    behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
    refTimes: { ...DEFAULT_REF_TIMES, ...options.refSeconds },
    log: options.log ?? (() => {}),
    counts: {
      connections: 0,
      registrations: 0,
      codes: 0,
      logins: 0,
      refused: 0,
      links: 0,
      unlinks: 0,
      histories: 0,
      sent: 0,
      delivered: 0,
      notices: 0,
      retries: 0,
      texts: 0,
      doubles: 0,
      unreadable: 0,
    },
    waiting: new Map(),
    online: new Map(),
    histories: new Map(),
    pending: new Map(),
    unread: new Map(),
    silenced: new Set(),
    refusals: [],
    watchers: new Set(),
    seenQrs: new Map(),
    maxDevices: options.maxDevices ?? DEFAULT_MAX_DEVICES,
    timers: new Set(),
  }
  const controls = createControls(world)
  const ending = new AbortController()
  const director = createDirector({ controls, watchers: world.watchers, ended: ending.signal })
  const http = createServer(createAdmin(controls, director, world.log))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
  http.on('upgrade', (request, socket, head) => {
    const path = new URL(request.url ?? '/', 'http://simulator').pathname
    if (path === WEB_SOCKET_PATH && isLoopbackHost(request.headers.host)) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => serveClient(world, webSocket))
    } else socket.destroy()
  })

  http.listen(options.port ?? 0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo

  return {
    ...controls,
    run: director.run,
    port,
    webSocketUrl: `ws://127.0.0.1:${port}${WEB_SOCKET_PATH}`,
    adminUrl: `http://127.0.0.1:${port}`,
    async stop() {
      ending.abort()
      for (const timer of world.timers) clearTimeout(timer)
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
      world.accounts.close()
    },
  }
}
