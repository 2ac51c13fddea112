/** One request that tries to get at somebody else's, with whatever names the victim spelled into it. */
export type Attack = { what: string; method: string; path: string; headers: readonly (readonly [string, string])[]; body: string | null }
export type Answer = { status: number; headers: Record<string, string>; text: string }
/** Makes a request as one actor. */
export type Ask = (attack: Attack) => Promise<Answer>

/** An answer as one text, everything in it but the time of day that each bears. */
export function bytesOf({ status, headers, text }: Answer): string {
  const told = Object.entries(headers).filter(([name]) => name !== 'date')
  return [String(status), ...told.map(([name, value]) => `${name}: ${value}`).toSorted(), '', text].join('\n')
}

/** What a request says, as one text: what is in it is no news to whoever made it. */
export function wordsOf({ method, path, headers, body }: Attack): string {
  return JSON.stringify([method, path, headers, body])
}
