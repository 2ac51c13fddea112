import { type Answer, type Ask, type Attack, bytesOf, wordsOf } from './attack.ts'
import type { Traces } from './traces.ts'
import { withoutChance } from './traces.ts'

/** What came of many attacks: how many there were, and what each that got something got. */
export type Outcome = { attacks: number; leaks: string[] }

type Victim = { traces: Traces; house: readonly string[] }

/**
 * Makes an attack, and the same attack on somebody who does not exist. Whoever does not belong must get the same bytes for both, and
 * none that are the victim's. Answers about nobody are asked for once.
 */
export function createJudge(ask: Ask, who: string, { traces, house }: Victim, outcome: Outcome): (attack: Attack) => Promise<Answer> {
  const nobodys = new Map<string, Promise<Answer>>()
  return async (attack) => {
    outcome.attacks++
    const said = wordsOf(attack)
    const twin = traces.ghostly(said)
    const told = await ask(attack)
    const got = bytesOf(told)
    const leak = (how: string): void =>
      void outcome.leaks.push(`${who}, ${attack.what} (${attack.method} ${attack.path}): ${how}\n${got.slice(0, 600)}`)
    const seen = traces.seenIn(got, said) ?? house.find((secret) => got.includes(secret) && !said.includes(secret))
    if (seen !== undefined && seen !== null) leak(`tells ${seen}`)
    if (twin === said) return told
    let about = nobodys.get(twin)
    if (!about) nobodys.set(twin, (about = ask(unwords(attack.what, twin))))
    const kept = (id: string): boolean => twin.includes(id)
    const wanted = withoutChance(bytesOf(await about), kept)
    if (withoutChance(traces.ghostly(got), kept) !== wanted)
      leak(`is answered otherwise than for what does not exist:\n${wanted.slice(0, 600)}\n--`)
    return told
  }
}

function unwords(what: string, words: string): Attack {
  const [method, path, headers, body] = JSON.parse(words) as [string, string, Attack['headers'], string | null]
  return { what, method, path, headers, body }
}
