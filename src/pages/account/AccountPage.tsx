import { useWords } from '../../words/words.ts'

/** The profile of whoever is signed in. */
export default function AccountPage({ email }: { email: string }) {
  return <h1 data-email={email}>{useWords().nav.profile}</h1>
}
