import { type Actor, actorsAgainst } from './actors.ts'
import { speakingAs } from './api.ts'
import { type Attack, bytesOf, wordsOf } from './attack.ts'
import { type Catalogue, readCatalogue, type Relation, type Row, rowsOf } from './catalogue.ts'
import { createJudge, type Outcome } from './judge.ts'
import { hiddenReads, readsOf } from './reads.ts'
import type { Tenant, Tenants } from './tenants.ts'
import { readingCalls, writesAndCalls } from './writes.ts'

type Changed = Outcome & { changed: string[] }
export type DatabaseMatrix = {
  actors: number
  /** Relations that say whose a row is and hold none of the victim's: nothing could leak from them. */
  empty: string[]
  /** Reads everything, once more while the victim is busy. */
  read(): Promise<Outcome>
  /** Asks for what the API does not open. */
  readHidden(): Promise<Outcome>
  /** Writes everywhere and calls every function. `changed`: rows of the victim's that are not as they were. */
  write(): Promise<Changed>
}

/** Attacks on everything that the catalogue holds now, as everybody who does not belong to `victim`. `only`: the one name that is
 * looked at, and by whom. */
export async function databaseMatrix(
  tenants: Tenants,
  victim: Tenant,
  only?: { name: string; by: readonly string[] },
): Promise<DatabaseMatrix> {
  const { database, house } = tenants
  const isMeant = ({ name }: { name: string }): boolean => only === undefined || name === only.name
  const whole = await readCatalogue(database.sql)
  const catalogue: Catalogue = { ...whole, relations: whole.relations.filter(isMeant), routines: whole.routines.filter(isMeant) }
  const rows = new Map<Relation, Row[]>()
  for (const relation of catalogue.relations) rows.set(relation, await rowsOf(database.sql, relation, victim.traces.values))
  const everybody = await actorsAgainst(victim, tenants)
  const actors = everybody.filter(({ who }) => only === undefined || only.by.includes(who))

  const judgeOf = (actor: Actor, outcome: Outcome) =>
    createJudge(speakingAs(actor, database), actor.who, { traces: victim.traces, house }, outcome)
  const each = async (actor: Actor, attacks: readonly Attack[], outcome: Outcome): Promise<string[]> => {
    const judged = judgeOf(actor, outcome)
    const answers: string[] = []
    for (const attack of attacks) answers.push(bytesOf(await judged(attack)))
    return answers
  }
  /** What somebody is told of their own may not depend on what is somebody else's: not its number, not its order. */
  const compare = async (actor: Actor, attacks: readonly Attack[], earlier: readonly string[], outcome: Outcome): Promise<void> => {
    const ask = speakingAs(actor, database)
    for (const [nth, attack] of attacks.entries()) {
      const said = wordsOf(attack)
      // Where the victim is named, the answer was compared with that about nobody.
      if (victim.traces.ghostly(said) !== said) continue
      outcome.attacks++
      const now = bytesOf(await ask(attack))
      const [was, is] = [earlier[nth]?.slice(0, 400), now.slice(0, 400)]
      if (now !== earlier[nth]) outcome.leaks.push(`${actor.who}, ${attack.what} (${attack.path}): tells what they did\n${was}\n--\n${is}`)
    }
  }

  return {
    actors: actors.length,
    empty: catalogue.relations
      .filter((one) => rows.get(one)?.length === 0 && one.columns.some(({ name }) => name === 'organization_id'))
      .map(({ name }) => name),
    async read() {
      const outcome: Outcome = { attacks: 0, leaks: [] }
      const ofRows = catalogue.relations.flatMap((relation) => readsOf(relation, whole, rows.get(relation) ?? []))
      const reads = [...ofRows, ...readingCalls(catalogue, victim)]
      const told = await Promise.all(actors.map((actor) => each(actor, reads, outcome)))
      await beBusy(tenants, victim)
      await Promise.all(actors.map((actor, nth) => compare(actor, reads, told[nth] ?? [], outcome)))
      return outcome
    },
    async readHidden() {
      const outcome: Outcome = { attacks: 0, leaks: [] }
      await Promise.all(actors.map((actor) => each(actor, hiddenReads(whole), outcome)))
      return outcome
    },
    async write() {
      const outcome: Outcome = { attacks: 0, leaks: [] }
      const before = await victim.rows()
      // Members one after the other: what each is told of their own may change by what another does.
      for (const actor of actors.filter(({ own }) => own)) await each(actor, await writesFor(actor), outcome)
      await Promise.all(actors.filter(({ own }) => !own).map(async (actor) => each(actor, await writesFor(actor), outcome)))
      const after = await victim.rows()
      return { ...outcome, changed: [...after.filter((row) => !before.includes(row)), ...before.filter((row) => !after.includes(row))] }
    },
  }

  async function writesFor({ own }: Actor): Promise<Attack[]> {
    const nobody = { organization: crypto.randomUUID(), session: crypto.randomUUID(), user: crypto.randomUUID() }
    if (!own) return writesAndCalls(catalogue, rows, victim, nobody)
    const { tenant, role } = own
    const session = (await database.insertSession(tenant.id)).id
    return writesAndCalls(catalogue, rows, victim, { organization: tenant.id, session, user: tenant.people[role].id })
  }
}

/** Lets a tenant do what shows in every table: a new session, a deleted one, a new name. */
async function beBusy({ database }: Tenants, { id, traces }: Tenant): Promise<void> {
  const word = traces.values.at(-1) ?? ''
  await database.insertSession(id, { status: 'stopped', display_name: `${word} new`, phone_number: '+51987222900' })
  const gone = await database.insertSession(id, { status: 'stopped', display_name: `${word} gone` })
  await database.sql`delete from public.whatsapp_sessions where id = ${gone.id}`
  await database.sql`update public.organizations set name = ${`Another ${word} company`} where id = ${id}`
}
