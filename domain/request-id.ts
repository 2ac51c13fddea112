import * as z from 'zod/mini'

/** The header by which one call is called the same by browser, edge function and worker. */
export const REQUEST_ID_HEADER = 'x-request-id'

const RequestId = z.uuid()

/** The id in a header, in small letters; `null` where there is none. Anybody may send one, so nothing but a UUID is taken for one. */
export function readRequestId(text: string | null | undefined): string | null {
  const parsed = RequestId.safeParse(text)
  return parsed.success ? parsed.data.toLowerCase() : null
}
