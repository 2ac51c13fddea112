import { join, resolve } from 'node:path'

/** `demo` talks to the simulator, `live` to WhatsApp. Neither ever sees the data of the other. */
export type Realm = 'demo' | 'live'

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../..')
/** Where the built page lies. */
export const DIST = join(ROOT, 'dist')

/** The documents of the API, and the page that shows them. */
export const API_DOCS = join(ROOT, 'docs/api')

/** Where Node keeps what it compiled: it halves the time that the parts need to start. */
export const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/node')

/** Where one stack keeps its things. */
export type Layout = {
  home: string
  lock: string
  secrets: string
  password: string
  /** What the worker's folder is sealed with: outside of it, so that a copy of that folder opens nothing. */
  masterKeys: string
  postgres: string
  worker: string
  'worker-2': string
  'worker-3': string
  simulator: string
  /** What would have been sent by mail. */
  mail: string
  logs: string
}

/** The places of one realm below the data folder. */
export function layoutOf(dataDir: string, realm: Realm): Layout {
  const home = join(resolve(dataDir), realm)
  return {
    home,
    lock: join(home, 'lock.json'),
    secrets: join(home, 'secrets.json'),
    password: join(home, 'password'),
    masterKeys: join(home, 'master-keys'),
    postgres: join(home, 'postgres'),
    worker: join(home, 'worker'),
    'worker-2': join(home, 'worker-2'),
    'worker-3': join(home, 'worker-3'),
    simulator: join(home, 'simulator'),
    mail: join(home, 'mail'),
    logs: join(home, 'logs'),
  }
}
