import type { Hit } from '../../worker/kill/byte-search.ts'

/** Where a secret may be, and why. Whatever is found elsewhere has got out. Both patterns are of the whole text. */
type Home = { kind: string; place: string; because: string }

/** The simulated phones are the other side: what they are sent, and their own address books. */
const PHONE = 'disk:simulator/.*\\.json'

const HOMES: readonly Home[] = [
  { kind: 'JWT secret|database password|command key', place: 'disk:secrets\\.json', because: 'the launcher keeps them, mode 0600' },
  { kind: 'master key', place: 'disk:master-keys.*', because: 'it seals the folder beside it, mode 0600' },
  { kind: 'password', place: 'disk:password', because: "the demo admin's, for who forgot it, mode 0600" },
  { kind: 'service role key', place: 'environment of worker', because: 'the worker is its one user' },
  { kind: 'command key', place: 'environment of edge function', because: 'it signs commands' },
  { kind: 'setting of the shell', place: 'environment of (the launcher|browser)', because: 'they were started from there' },
  { kind: 'public key in a QR', place: PHONE, because: 'both sides of a link know the public halves, and ours is sealed' },
  { kind: 'QR.*|public key in a QR|adv secret.*', place: 'answer GET /:session/(link|qr)', because: 'to be scanned' },
  { kind: 'pairing code', place: 'answer (GET /:session/link|POST /:session/request-pairing-code)', because: 'to be typed' },
  { kind: 'text', place: `answer (POST /:session/messages|GET /:session/outbox)|${PHONE}`, because: 'for who queued it, and who got it' },
  {
    kind: 'name',
    place: `answer GET /:session/(groups|contacts)|${PHONE}`,
    because: 'to be listed',
  },
  { kind: '(access|refresh) token', place: 'answer POST /auth/v1/token', because: 'this is where Supabase hands them out' },
  { kind: '(access|refresh) token', place: 'browser: localStorage', because: "supabase-js keeps a person's own session there" },
  { kind: '(link|code) of a mail', place: 'disk:mail/.*', because: 'there is no other post, mode 0600' },
  { kind: 'link of a mail', place: 'table auth.users|disk:postgres/(base|pg_wal)/.*', because: "Supabase's own, to compare with" },
  { kind: 'refresh token', place: 'table auth.refresh_tokens|disk:postgres/(base|pg_wal)/.*', because: "Supabase's own, to compare with" },
]

/** What was found where it has no home. */
export function escaped(hits: readonly Hit[], homes = HOMES): string[] {
  const isHome = ({ kind, place }: Hit): boolean =>
    homes.some((home) => new RegExp(`^(?:${home.kind})$`).test(kind) && new RegExp(`^(?:${home.place})$`).test(place))
  const found = hits.filter((hit) => !isHome(hit)).map(({ kind, form, place }) => `${kind} (${form}) in ${place}`)
  return [...new Set(found)].toSorted()
}
