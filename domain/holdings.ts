import * as z from 'zod/mini'
import { SessionId } from './session.ts'

const Size = z.object({ files: z.int(), bytes: z.int() })

/** What lies on disk of a session. `Holdings` says it before a clear, a receipt after. `names`: groups and contacts. */
export const OnDisk = z.object({
  credentials: Size,
  backups: Size,
  outbox: z.object({ messages: z.int() }),
  names: z.int(),
  quarantine: Size,
})
export type OnDisk = z.infer<typeof OnDisk>

/** What a reset or delete would take away now. Counts only; zeros where there is nothing. `snapshots`: how many backups. */
export const Holdings = z.object({
  sessionId: SessionId,
  ...OnDisk.shape,
  backups: z.object({ ...Size.shape, snapshots: z.int() }),
})
export type Holdings = z.infer<typeof Holdings>
