import { constantFrom, nat, record } from 'fast-check'
import type { Arbitrary, AsyncCommand } from 'fast-check'
import type { World } from '../support/world.ts'

/** What chance decides for each command. `pick` chooses among what the command offers, `pauseMs` is how long nothing else happens after it. */
export type Choice = { who: number; phone: number; pick: number; poke: Poke; pauseMs: number }
/** When the worker hears of what somebody stored: at once, later, never but by its interval, or twice. */
export type Poke = 'now' | 'late' | 'never' | 'twice'

/** One thing that can happen. `weight`: how often it comes, compared to the others. */
export type Happening = {
  name: string
  weight: number
  can?(world: World, choice: Choice): boolean
  run(world: World, choice: Choice): Promise<unknown> | void
}

const choices: Arbitrary<Choice> = record({
  who: nat(2),
  phone: nat(2),
  pick: nat(999),
  poke: constantFrom<Poke>('now', 'now', 'now', 'late', 'never', 'twice'),
  pauseMs: constantFrom(0, 0, 20, 150, 700, 3000),
})

/** A happening as a model command of fast-check; the world is model and system at once, as its invariants do the comparing. */
export function commandsOf(happenings: readonly Happening[]): Arbitrary<AsyncCommand<World, World>>[] {
  return happenings.flatMap((happening) => {
    const command = choices.map((choice): AsyncCommand<World, World> => ({
      check: (world) => happening.can?.(world, choice) ?? true,
      async run(_, world) {
        const { who, phone, pick, poke, pauseMs } = choice
        world.executed += 1
        world.trace(`${world.executed}. ${happening.name} who ${who} phone ${phone} pick ${pick} ${poke} pause ${pauseMs}`)
        await happening.run(world, choice)
        await world.clock.advance(pauseMs)
        world.check()
        world.start()
      },
      toString: () => `${happening.name}(${choice.who}, ${choice.phone}, ${choice.pick}, ${choice.poke}, ${choice.pauseMs} ms)`,
    }))
    return Array.from({ length: happening.weight }, () => command)
  })
}

/** The one of a list that a number means. */
export function pickOf<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T
}
