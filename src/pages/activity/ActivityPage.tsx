import { useWords } from '../../words/words.ts'

/** Who asked for what, and its receipt. */
export default function ActivityPage() {
  return <h1>{useWords().nav.activity}</h1>
}
