import { type Check, judged, type Outcome } from './outcome.ts'
import { askAuth, askFunction, askKeys, askWorker } from './online-asks.ts'
import { readDeployed } from './online-database.ts'
import { parseSettings } from './parsed-settings.ts'
import { readSettingsFile } from './settings-file.ts'

export type OnlineOptions = {
  /** A filled-out `.env.example`. */
  path: string | undefined
  /** Whether to ask at all. */
  isAsked: boolean
  /** The project's Postgres, for what its API does not show; from the environment, since arguments are seen by everybody on the machine. */
  databaseUrl: string | undefined
  /** Lets plain HTTP to 127.0.0.1 pass, for the embedded stack. */
  loopback: boolean
  root: string
}

/** What the running parts say, asked from here, changing nothing. */
export function onlineChecks(options: OnlineOptions): Check[] {
  const ask = (name: string, run: (deployed: Deployed) => Promise<Outcome>): Check => ({
    name: `online: ${name}`,
    async run() {
      if (!options.isAsked) return { kind: 'untried', why: '-- --online' }
      if (options.path === undefined) return { kind: 'untried', why: '--online needs --env, to know whom to ask' }
      const deployed = deployedBy(options.path, options.loopback)
      return deployed === null ? { kind: 'untried', why: 'the settings are not complete; see configuration' } : await run(deployed)
    },
  })
  return [
    ask('project', async (deployed) =>
      judged([...(await askAuth(deployed)), ...(await askKeys(deployed))], 'reachable; both keys are taken for what they are'),
    ),
    ask('database', async () => await readDeployed(options.databaseUrl, options.root)),
    ask('edge function', async (deployed) => judged(await askFunction(deployed), "answers in its own words, to the dashboard's origin")),
    ask('worker', askWorker),
  ]
}

/** Whom to ask, and with which keys. */
export type Deployed = { supabaseUrl: string; publicKey: string; secretKey: string; workerUrl: string; origin: string; loopback: boolean }

function deployedBy(path: string, loopback: boolean): Deployed | null {
  const file = readSettingsFile(path)
  const { worker, dashboard } = parseSettings(file)
  const origin = file.dashboard['DASHBOARD_ORIGIN']
  if (worker === null || dashboard === null || origin === undefined) return null
  return {
    supabaseUrl: trimmed(worker.SUPABASE_URL),
    publicKey: dashboard.supabaseKey,
    secretKey: worker.SUPABASE_SERVICE_ROLE_KEY,
    workerUrl: trimmed(worker.WORKER_PUBLIC_URL),
    origin: trimmed(origin),
    loopback,
  }
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
