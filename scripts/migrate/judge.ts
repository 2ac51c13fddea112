import type { Migration } from './files.ts'

/** A row of `supabase_migrations.schema_migrations`, where the Supabase CLI keeps its own, too. */
export type Applied = { version: string; name: string | null; statements: string[] | null }
export type State = 'applied' | 'waiting' | 'changed' | 'unknown' | 'too_old'
export type Judged = { version: string; name: string; state: State; isReversible: boolean }

const WORDS: Record<Exclude<State, 'applied' | 'waiting'>, string> = {
  changed: 'its file is another than the one that was applied: what a database has run is never edited, a new migration follows it',
  unknown: 'the database has it and this checkout does not: it was upgraded by a newer release',
  too_old: 'it is older than what was applied after it',
}

/** What became of each migration that the files or the database know. Pure. */
export function judge(files: readonly Migration[], applied: readonly Applied[]): Judged[] {
  const done = new Map(applied.map((one) => [one.version, one]))
  const newest = applied.reduce((max, { version }) => (version > max ? version : max), '')
  const ours = files.map(({ version, name, up, down }) => {
    const row = done.get(version)
    const state: State = row ? (isSame(up, row) ? 'applied' : 'changed') : version < newest ? 'too_old' : 'waiting'
    return { version, name, state, isReversible: down !== null }
  })
  const known = new Set(files.map(({ version }) => version))
  const others = applied
    .filter(({ version }) => !known.has(version))
    .map(({ version, name }) => ({ version, name: name ?? '', state: 'unknown' as const, isReversible: false }))
  return [...ours, ...others].toSorted((a, b) => (a.version < b.version ? -1 : 1))
}

/** Why nothing may be applied; `null`: nothing stands in the way. */
export function obstacle(judged: readonly Judged[]): string | null {
  for (const { version, name, state } of judged) {
    if (state !== 'applied' && state !== 'waiting') return `${version}_${name}: ${WORDS[state]}.`
  }
  return null
}

/** What is to be undone, the newest first, so that `to` is the newest that stays. Throws with the reason where one of them cannot be. */
export function planDown(files: readonly Migration[], judged: readonly Judged[], to: string): Migration[] {
  const standing = judged.filter(({ state }) => state === 'applied')
  if (!standing.some(({ version }) => version === to)) throw new Error(`${to} is no migration that was applied.`)
  const undone = standing.filter(({ version }) => version > to).toReversed()
  const firm = undone.find(({ isReversible }) => !isReversible)
  if (firm) {
    throw new Error(
      `${firm.version}_${firm.name} cannot be undone without losing what people stored: nothing is changed. The way back is a backup (docs/how-to/upgrade-and-roll-back.md).`,
    )
  }
  return undone.flatMap(({ version }) => files.filter((file) => file.version === version))
}

/** The Supabase CLI keeps a file as its statements, and drops what stands between them. */
function isSame(up: string, { statements }: Applied): boolean {
  if (!statements || statements.length === 0) return true
  return bare(up) === bare(statements.join(';'))
}

function bare(text: string): string {
  return text.replaceAll(/[\s;]+/g, '')
}
