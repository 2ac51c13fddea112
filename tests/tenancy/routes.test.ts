import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#domain/api.ts'
import { ROUTES } from '../../supabase/functions/whatsapp-session/route.ts'
import { operationsOf, readDocument, type Operation } from '../api/support/resolve.ts'
import { send } from '../api/support/send.ts'
import { type Edge, startEdge } from '../edge/support/edge.ts'
import { type RecordingWorker, startRecordingWorker } from '../edge/support/recording-worker.ts'
import { type Actor, actorsAgainst } from './support/actors.ts'
import type { Ask, Attack } from './support/attack.ts'
import { createJudge, type Outcome } from './support/judge.ts'
import { attacksOn, type Own } from './support/places.ts'
import { answerWell } from './support/recorder.ts'
import { quiet, say } from './support/say.ts'
import { ROLES, SHARED_PHONE, startTenants, type Tenant, type Tenants } from './support/tenants.ts'

const DOCUMENT = readDocument('edge')
const OPERATIONS_OF_THE_FUNCTION = operationsOf(DOCUMENT)

beforeAll(quiet)

let tenants: Tenants
let worker: RecordingWorker
let edge: Edge
beforeAll(async () => {
  ;[tenants, worker] = await Promise.all([startTenants(), startRecordingWorker()])
  answerWell(worker)
  const { url: supabaseUrl, anonKey } = tenants.database
  // Thousands of calls: without the searches for garbage that other tests want.
  edge = await startEdge(
    {
      supabaseUrl,
      anonKey,
      workerUrl: worker.url,
      commandKey: worker.commandKey,
      allowedOrigins: 'https://console.example',
    },
    '',
  )
})
afterAll(async () => {
  await edge?.stop()
  await worker?.stop()
  await tenants?.stop()
})

const asking =
  (token: string | null): Ask =>
  async ({ method, path, headers, body }) => {
    const signed: [string, string][] = token === null ? [] : [['authorization', `Bearer ${token}`]]
    const sent = headers.map(([name, value]): [string, string] => [name, value])
    const { status, headers: told, text } = await send({ url: edge.url + path, method, headers: [...signed, ...sent], body })
    return { status, headers: Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)])), text }
  }

/** A linked session that only one test's calls touch. */
async function ownSession(tenant: Tenant): Promise<string> {
  return (await tenants.database.insertSession(tenant.id, { status: 'connected', worker_id: 'worker-of-the-house' })).id
}

type Aimed = { actor: Actor; operation: Operation; own: Own }

/** Every operation for every actor, each with a session of their own, all of which are there before the first attack. */
async function aim(actors: readonly Actor[]): Promise<Aimed[]> {
  const nothing = { session: crypto.randomUUID(), organization: crypto.randomUUID() }
  const aimed: Aimed[] = []
  for (const actor of actors) {
    const tenant = actor.own?.tenant
    for (const operation of OPERATIONS_OF_THE_FUNCTION) {
      aimed.push({ actor, operation, own: tenant ? { session: await ownSession(tenant), organization: tenant.id } : nothing })
    }
  }
  return aimed
}

/** All actors at once, each one attack after the other. What only reads comes first: a list tells of what others do to sessions of ours. */
async function attackAll(actors: readonly Actor[], victim: Tenant, outcome: Outcome): Promise<void> {
  const aimed = await aim(actors)
  for (const isRead of [true, false]) {
    await Promise.all(
      actors.map(async (actor) => {
        const judged = createJudge(asking(actor.token), actor.who, { traces: victim.traces, house: tenants.house }, outcome)
        const mine = aimed.filter((one) => one.actor === actor && (one.operation.method === 'get') === isRead)
        for (const { operation, own } of mine) for (const one of attacksOn(DOCUMENT, operation, victim, own)) await judged(one)
      }),
    )
  }
}

/** What of the victim's stands in the calls that reached the worker; nothing of it should. */
function reached(victim: Tenant): string[] {
  return worker.calls.flatMap(({ method, path, body, claims }) => {
    const seen = victim.traces.seenIn(JSON.stringify([path, body, claims]), '')
    return seen === null ? [] : [`${method} ${path} holds ${seen}`]
  })
}

it('means, by a number that two organisations have linked, the session of the one who asks', async () => {
  for (const tenant of [tenants.acme, tenants.rival]) {
    const asked: Attack = { what: 'its own', method: 'GET', path: `/${SHARED_PHONE}/status`, headers: [], body: null }
    expect((await asking(tenant.people.agent.token)(asked)).status).toBe(200)
    expect(worker.calls.pop()?.claims).toMatchObject({ organization_id: tenant.id, session_id: tenant.sessions['shared'] })
  }
})

it('tells nobody who does not belong whether something exists, wherever a route lets it be named, and does nothing to it', async () => {
  const victim = tenants.rival
  const before = await victim.rows()
  worker.calls.length = 0
  const outcome: Outcome = { attacks: 0, leaks: [] }
  const actors = await actorsAgainst(victim, tenants)
  await attackAll(actors, victim, outcome)
  expect(outcome.leaks).toEqual([])
  expect(reached(victim)).toEqual([])
  expect(await victim.rows()).toEqual(before)
  // A generator that falls silent is seen.
  expect(outcome.attacks).toBeGreaterThan(OPERATIONS_OF_THE_FUNCTION.length * actors.length * 8)
  say(`routes of the function: ${outcome.attacks} attacks by ${actors.length} actors`)
})

/** Who may call an operation, by the table that function and document are made of. */
function rolesOf({ method, path }: Operation): 'members' | 'admins' | 'anybody' {
  if (path === '/openapi.json') return 'anybody'
  const found = ROUTES.find(
    (one) => one.method === method.toUpperCase() && `/${one.pattern.join('/')}`.replaceAll(/:(\w+)/g, '{$1}') === path,
  )
  if (!found) throw new Error(`${method} ${path} is in no table: nobody knows who may call it`)
  return found.route === 'list' ? 'members' : OPERATIONS[found.route].roles
}

describe('within one organisation', () => {
  it.each(OPERATIONS_OF_THE_FUNCTION.map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const))(
    '%s is for the roles that its operation names, and for no others',
    async (_, operation) => {
      const untouched: boolean[][] = []
      for (const role of ROLES) {
        const session = await ownSession(tenants.acme)
        const [own] = attacksOn(DOCUMENT, operation, tenants.rival, { session, organization: tenants.acme.id })
        const before = await tenants.acme.rows()
        worker.calls.length = 0
        const { status } = await asking(tenants.acme.people[role].token)(own as Attack)
        const isRefused = role === 'agent' && rolesOf(operation) === 'admins'
        // What is linked and online cannot be deleted, by nobody.
        expect(isRefused ? [403] : [200, 409]).toContain(status)
        if (isRefused) untouched.push([worker.calls.length === 0, JSON.stringify(before) === JSON.stringify(await tenants.acme.rows())])
      }
      expect(untouched.flat()).not.toContain(false)
    },
  )
})
