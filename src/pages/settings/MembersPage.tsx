import { useWords } from '../../words/words.ts'

/** Settings › Members. */
export default function MembersPage({ userId }: { userId: string }) {
  return <h1 data-user={userId}>{useWords().nav.members}</h1>
}
