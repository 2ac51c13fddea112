import type { Receipt } from '#domain/clearance.ts'

/** What a clear does, in the order in which people think of it. */
export const STEPS = ['unlink', 'queue', 'backups', 'credentials', 'names', 'verified'] as const
export type Step = (typeof STEPS)[number]

/**
 * How far a step is. The worker tells of an order only that it failed or that all of it is done, so the steps stand together until the
 * receipt settles them. `unconfirmed`: WhatsApp did not say that the device is unlinked.
 */
export type StepState = 'waiting' | 'under_way' | 'done' | 'unconfirmed'

export type Progress = { kind: 'waiting' | 'under_way' | 'retrying' } | { kind: 'gone' | 'gone_here'; receipt: Receipt }

type OrderFacts = { receipt: Receipt | null; attempts: number }

/** How far an order is, by its row. `away`: no worker is there to carry it out. */
export function progressOf({ receipt, attempts }: OrderFacts, away: boolean): Progress {
  if (receipt) return { kind: receipt.remoteUnlink === 'unconfirmed' ? 'gone_here' : 'gone', receipt }
  if (away) return { kind: 'waiting' }
  return { kind: attempts > 0 ? 'retrying' : 'under_way' }
}

export function stepState(step: Step, progress: Progress): StepState {
  switch (progress.kind) {
    case 'waiting':
      return 'waiting'
    case 'under_way':
    case 'retrying':
      return 'under_way'
    case 'gone':
      return 'done'
    case 'gone_here':
      return step === 'unlink' ? 'unconfirmed' : 'done'
  }
}
