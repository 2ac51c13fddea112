/** Somebody, or a group. `keys`: what can be searched for beside the name. */
export type Named = { id: string; name: string | null; keys: string }

/** Those whose name or keys contain the query; accents and capitals do not matter, nor do signs between the digits of a number. */
export function findNames<One extends Named>(all: readonly One[], query: string): readonly One[] {
  const part = fold(query.trim())
  if (part === '') return all
  const digits = /^[-+ ().\d]*$/.test(part) && /\d/.test(part) ? part.replaceAll(/\D/g, '') : null
  return all.filter(({ name, keys }) => fold(name ?? '').includes(part) || (digits !== null && keys.includes(digits)))
}

function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}
