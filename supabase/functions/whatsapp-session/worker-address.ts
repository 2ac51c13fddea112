import { WorkerId } from '#domain/worker-id.ts'

/** A worker that can be called. `id` is the audience of its commands, `url` has no slash at its end. */
export type Worker = { id: string; url: string }

/** The one worker that the settings name, or an address for as many as the database knows by their ids. */
export type Workers = { only: Worker } | { template: string }

const PLACEHOLDER = '{worker}'
/** Stands for an id while a template is judged. */
const SAMPLE = 'the-place-of-the-id'

/** Whether an address is meant to be of several workers. */
export function isTemplate(address: string): boolean {
  return address.includes(PLACEHOLDER)
}

/**
 * Whether an id can be put in for the placeholder without leading elsewhere: it is a whole label of the host with a domain behind it, or a
 * whole part of the path, once. Alone or last in the host an id could be `localhost`, or a number that is read as an address.
 */
export function isGoodTemplate(template: string): boolean {
  const filled = template.replace(PLACEHOLDER, SAMPLE)
  const url = URL.parse(filled)
  if (!url || /[{}]/.test(filled) || !/^https?:$/.test(url.protocol)) return false
  if (url.username || url.password || url.search || url.hash) return false
  const places = [...url.hostname.split('.').slice(0, -1), ...url.pathname.split('/')]
  return places.filter((place) => place === SAMPLE).length === 1
}

/** The worker `id` below a good template; `null` for an id that is no DNS label, whoever stored it. */
export function workerAt(template: string, id: string): Worker | null {
  return WorkerId.safeParse(id).success ? { id, url: template.replace(PLACEHOLDER, id) } : null
}
