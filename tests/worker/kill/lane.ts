import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROTTEN } from '../../planted-bugs/bugs.ts'
import { createRandom } from '../../simulation/support/random.ts'
import { eventually, sleep } from '../support/eventually.ts'
import { startWorld } from '../support/world.ts'
import type { World, WorkerProcess } from '../support/world.ts'
import { masterKeysOf, newMasterKey } from '../support/vaults.ts'
import { LIFE_MS, drawAim, startMarksman } from './aim.ts'
import type { Aim, Happening } from './aim.ts'
import { learnFrom, phasesOf, remainsOf, resurrectionsIn } from './autopsy.ts'
import { judgeSearch, searchAll } from './key-hunt.ts'
import { createLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { startPerson } from './people.ts'
import { untilQuiet } from './quiet.ts'
import { toldIn } from './secrets.ts'
import { emptyVerdict, judge } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** `people`: how many play at once, each with one session. `bug`: a planted one (tests/planted-bugs) that the worker has. */
export type LaneOptions = { kills: number; seed: number; people?: number; bug?: string | undefined; onKill?: (kill: number) => void }
export type LaneResult = Verdict & {
  kills: number
  /** How many kills hit what; one can hit several. */
  phases: Record<string, number>
  /** What happened meanwhile, for whoever wants to know whether anything did. */
  counts: { links: number; unlinks: number; orders: number; texts: number; identities: number; restarts: number; searchedBytes: number }
  refusals: Record<string, number>
}

const PHONES = ['51911000001', '51911000002', '51911000003', '51911000004', '51911000005']
const FRIENDS = ['51922000001', '51922000002', '51922000003']
/** A worker that does not begin within this time does not begin at all, milliseconds. */
const BOOT_MS = 60_000
const LISTENS = 'the worker listens'
const SETTINGS = {
  OUTBOX_GAP_MS: '60',
  OUTBOX_ANSWER_MS: '2000',
  UNLINK_TIMEOUT_MS: '2000',
  HEARTBEAT_SECONDS: '1',
  // Each login leaves a snapshot.
  BACKUP_HOURS: '0.0001',
}

/** One worker's folder and database through many lives: killed, started again at once, and judged at the end. Odd seeds have a master key. */
export async function runLane({ kills, seed, people = 3, bug, onKill = () => {} }: LaneOptions): Promise<LaneResult> {
  const random = createRandom(seed)
  const masterKey = seed % 2 === 1 ? newMasterKey() : null
  const world = await startWorld()
  const marksman = await startMarksman()
  const aside = mkdtempSync(join(tmpdir(), 'latchkey-kills-'))
  const told = join(aside, 'told')
  try {
    for (const phone of [...PHONES, ...FRIENDS]) world.simulator.addAccount({ phone, name: phone })
    const ledger = createLedger(() => world.simulator.devices())
    const lane = createLives({ world, ledger, told, marksman, bug, masterKey })
    const data = world.newFolder()
    const stage = { world, ledger, phones: PHONES, friends: FRIENDS, worker: lane.worker, happened: lane.happened }
    const crowd = Array.from({ length: people }, () => startPerson(stage, random.fork()))
    const verdict = emptyVerdict()
    const phases: Record<string, number> = {}
    try {
      for (let kill = 1; kill <= kills; kill += 1) {
        const hit = await lane.live(data, drawAim(random), verdict)
        for (const phase of hit) phases[phase] = (phases[phase] ?? 0) + 1
        onKill(kill)
      }
    } finally {
      await Promise.all(crowd.map((person) => person.stop()))
    }
    // Asked for last: what the lives showed must be told even where the end cannot be played.
    const searched = await lane.lastAct(data, verdict).catch((error: unknown) => {
      verdict.failures.push(String(error))
      return { searchedBytes: 0 }
    })
    const { links, unlinks, texts } = world.simulator.counts()
    const [orders] = await world.database.sql<{ count: number }[]>`select count(*)::int from public.whatsapp_clearances`
    const counts = { links, unlinks, texts, orders: orders?.count ?? 0, identities: ledger.owners.size, restarts: kills, ...searched }
    return { kills, ...verdict, phases, counts, refusals: Object.fromEntries(ledger.refusals()) }
  } finally {
    await marksman.stop()
    await world.stop()
    rmSync(aside, { recursive: true, force: true })
  }
}

type Around = {
  world: World
  ledger: Ledger
  told: string
  marksman: Awaited<ReturnType<typeof startMarksman>>
  bug: string | undefined
  masterKey: string | null
}

function createLives({ world, ledger, told, marksman, bug, masterKey }: Around) {
  const masterKeys = masterKey === null ? null : masterKeysOf(masterKey)
  const sealing = masterKey === null ? {} : { MASTER_KEYS: masterKey }
  const logs: string[] = []
  let current: WorkerProcess | null = null
  let onHappening: (happening: Happening) => void = () => {}
  const spawn = async (data: string): Promise<WorkerProcess> => {
    const preloads = ['tell-keys.ts', ...(bug === undefined ? [] : ['../../planted-bugs/plant.ts'])]
    const options = preloads.map((file) => `--import ${new URL(file, import.meta.url).href}`).join(' ')
    const planted = bug === undefined ? {} : { PLANTED_BUG: bug }
    current = await world.spawnWorker({ ...SETTINGS, ...sealing, ...planted, KILL_LOOP_KEYS: told, NODE_OPTIONS: options }, data, false)
    return current
  }
  const isDead = ({ child }: WorkerProcess): boolean => child.exitCode !== null || child.signalCode !== null
  const untilBegun = (worker: WorkerProcess): Promise<void> =>
    eventually(() => {
      if (!isDead(worker) && !worker.output().includes(LISTENS)) throw new Error('the worker does not begin')
    }, BOOT_MS)

  /** Resolves when it is time to kill, or when somebody else did. */
  const untilTime = async (worker: WorkerProcess, aim: Aim): Promise<void> => {
    if (aim.how === 'boot') return sleep(aim.ms)
    if (aim.how === 'watch') await marksman.arm(worker.child.pid ?? 0, worker.data, aim)
    await untilBegun(worker)
    const over = new Promise<void>((resolve) => {
      if (aim.how === 'after') onHappening = (happening) => happening === aim.happening && setTimeout(resolve, aim.ms)
      worker.child.once('exit', () => resolve())
    })
    await Promise.race([over, sleep(aim.how === 'random' ? aim.ms : LIFE_MS)])
    onHappening = () => {}
  }

  return {
    worker: (): WorkerProcess | null => (current?.output().includes(LISTENS) ? current : null),
    happened: (happening: Happening): void => onHappening(happening),

    /** One life and its end; returns what the kill hit. */
    async live(data: string, aim: Aim, verdict: Verdict): Promise<string[]> {
      const worker = await spawn(data)
      await untilTime(worker, aim)
      await marksman.disarm()
      await worker.kill('SIGKILL')
      current = null
      logs.push(worker.output())
      if (worker.child.exitCode === ROTTEN) throw new Error(worker.output())
      if (worker.child.signalCode !== 'SIGKILL') verdict.failures.push(`the worker ended by itself: ${worker.output().slice(-600)}`)
      const remains = remainsOf(data, masterKeys)
      learnFrom(remains, ledger)
      verdict.resurrections.push(...(await resurrectionsIn(remains, world)).map((what) => `after its receipt there is ${what}`))
      const linked = await world.database.sql<{ id: string }[]>`select id from public.whatsapp_sessions where linked_at is not null`
      return phasesOf(remains, data, worker.output().includes(LISTENS), new Set(linked.map(({ id }) => id)))
    },

    /** The worker comes to rest and is judged; then everything is deleted, and nothing may be left of anybody. Returns how much was searched. */
    async lastAct(data: string, verdict: Verdict): Promise<{ searchedBytes: number }> {
      const add = (more: Verdict): void => {
        for (const kind of Object.keys(more) as (keyof Verdict)[]) verdict[kind].push(...more[kind])
      }
      const rest = async (change: (worker: WorkerProcess) => Promise<unknown>) => {
        const worker = await spawn(data)
        await untilBegun(worker)
        try {
          await change(worker)
          await untilQuiet(world, data)
        } catch (error) {
          throw new Error(`the worker does not come to rest; its last words:\n${worker.output().slice(-5000)}`, { cause: error })
        }
        const online = new Set(world.simulator.devices().flatMap((device) => (device.online ? [device.noisePublicKey] : [])))
        await worker.kill('SIGKILL')
        logs.push(worker.output())
        for (const creds of toldIn(told)) ledger.wasTold(creds)
        const remains = remainsOf(data, masterKeys)
        learnFrom(remains, ledger)
        add(await judge(world, ledger, remains, online, data))
        const hits = await searchAll(world, ledger, data, logs)
        add(judgeSearch(hits.hits, remains, ledger, masterKeys !== null))
        return hits.bytes
      }
      // So that there is a live one, whose keys must be found.
      const withLive = await rest((worker) => world.link(worker, PHONES[0]))
      const withNone = await rest(() => world.database.sql`delete from public.whatsapp_sessions`)
      return { searchedBytes: withLive + withNone }
    },
  }
}
