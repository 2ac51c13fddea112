import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'

/** The database counts to the moment; who asks then is to find it past, milliseconds. */
const AFTERWARDS = 500

/** When a worker that says nothing more counts as offline, milliseconds since 1970; `null` while none is online. Throws a `Failure`. */
export function silenceQuery(client: Client) {
  return queryOptions({
    queryKey: ['worker-silence'],
    queryFn: async ({ signal }): Promise<number | null> => {
      const seconds = await ask(client.rpc('worker_silence_in').abortSignal(signal), z.nullable(z.number()))
      return seconds === null ? null : Date.now() + seconds * 1000 + AFTERWARDS
    },
  })
}
