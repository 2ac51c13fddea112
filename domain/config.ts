import * as z from 'zod/mini'

/** `GET /config.json`: what the dashboard needs to know before it can start. Holds no secret. */
export const DashboardConfig = z.object({
  supabaseUrl: z.url(),
  supabaseKey: z.string().check(z.minLength(1)),
  /** Whether Supabase Realtime is there; the embedded stack has none. */
  realtime: z.boolean(),
  /** Whether Auth can send mail: only then is there a link for a forgotten password and an account for who is invited. False unless told. */
  mail: z.optional(z.boolean()),
  /** In the demo: the simulated phone's page and who may sign in. Absent in production. */
  demo: z.optional(z.object({ phoneUrl: z.string(), email: z.string() })),
})
export type DashboardConfig = z.infer<typeof DashboardConfig>
