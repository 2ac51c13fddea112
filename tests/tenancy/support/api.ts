import type { TestDatabase } from '../../support/database.ts'
import type { Actor } from './actors.ts'
import type { Ask } from './attack.ts'

/** Speaks to the API that `npm start` uses as one actor, with the headers that supabase-js sends; without the way through a socket. */
export function speakingAs({ token, hasKey }: Actor, { api, anonKey }: TestDatabase): Ask {
  const always: [string, string][] = hasKey ? [['apikey', anonKey]] : []
  if (token !== null) always.push(['authorization', `Bearer ${token}`])
  return async ({ method, path, headers, body }) => {
    const sent = [...always, ...headers.map(([name, value]): [string, string] => [name, value])]
    const response = await api.fetch(new Request(`http://127.0.0.1${path}`, { method, headers: sent, body }))
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() }
  }
}
