import type { Words } from '../../../words/en.ts'

/** What keeps a text from being a phone number, beside that there is none. */
type NumberProblem = Exclude<keyof Words['link']['pairing']['problems'], 'refused'>

/** All that needs to know the phone numbers of the world: large, so it is fetched by whoever writes to somebody. */
export type NumberTools = {
  readNumber: (text: string) => { ok: true; number: string } | { ok: false; problem: NumberProblem }
  formatAsTyped: (text: string) => { text: string }
}
export type FetchNumberTools = () => Promise<NumberTools>
