import * as z from 'zod/mini'

/** What a worker of several is called: a DNS label, for its name becomes a part of its address. */
export const WorkerId = z
  .string()
  .check(z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and - within, at most 63'))
