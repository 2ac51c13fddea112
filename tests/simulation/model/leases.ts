import type { Beat } from '../../../worker/database.ts'
import { Refused } from './state.ts'
import type { Lease, SessionRow, WorkerRow } from './state.ts'
import type { Table } from './table.ts'

/** Which process of which worker calls. `isShared`: it keeps its sessions in the database; one with a folder of its own is alone here. */
export type Caller = { id: string; boot: string | null; isShared: boolean }

const CAPACITY = 1000
/** How long a worker that holds nothing is remembered, milliseconds. */
const REMEMBERED_MS = 7 * 86_400_000

export type Leases = ReturnType<typeof createLeases>

/** How many of so many sessions each of so many workers should hold: a tenth more than its part. In whole numbers, as the database counts. */
const shareOf = (sessions: number, workers: number): number => Math.ceil((11 * sessions) / (10 * workers))

/** Who holds which session (`...550_leases.sql`), as one process of a worker sees and changes it. */
export function createLeases(table: Table, { id: me, boot, isShared }: Caller) {
  const leaseOf = (sessionId: string): Lease | undefined => table.state().leases.get(sessionId)
  const isFree = ({ workerId, isKept }: Lease): boolean => workerId === null || (isKept && !table.workerIsOnline(workerId))
  const refuseFormerProcess = (): void => {
    const known = table.state().workers.get(me)?.boot ?? null
    if (known !== null && known !== boot) throw new Refused('not_holder')
  }
  const take = (lease: Lease): void =>
    void Object.assign(lease, { workerId: me, isKept: true, token: table.nextChange(), shelved: 0 } satisfies Partial<Lease>)
  const count = (): WorkerRow[] => {
    const there = ({ id, draining }: WorkerRow): boolean => !draining && table.workerIsOnline(id)
    return [...table.state().workers.values()].filter(there)
  }

  return {
    isMine: (sessionId: string): boolean => !isShared || leaseOf(sessionId)?.workerId === me,
    /** What nobody can hold any more is not another's either. */
    mayDo: (sessionId: string): boolean => !isShared || (leaseOf(sessionId) ?? { workerId: me }).workerId === me,
    withToken: <T extends object>(sessionId: string, value: T): T & { token?: number } => {
      const lease = isShared ? leaseOf(sessionId) : undefined
      return lease ? { ...value, token: lease.token } : value
    },
    /** Grows with each change of the row or of who holds it. */
    changeOf: ({ id, change }: SessionRow): number => Math.max(change, leaseOf(id)?.token ?? 0),
    /** The lease, where this process holds it by that very token. */
    held: (sessionId: string, token: number | null): Lease | null => {
      const lease = leaseOf(sessionId)
      return lease?.workerId === me && lease.token === token ? lease : null
    },
    /** `private.is_fenced` */
    isFenced: (sessionId: string, token: number | null | undefined): boolean => {
      const lease = isShared ? leaseOf(sessionId) : undefined
      if (!lease) return false
      // Of what nobody has ever held, whoever has no token may speak: nothing tells a worker with a folder of its own from it.
      if (!lease.isKept && (token ?? null) === null) return lease.workerId !== null && lease.workerId !== me
      return lease.workerId !== me || lease.token !== token
    },
    /** `private.claim_lease` */
    claim(sessionId: string): void {
      if (!isShared) return
      refuseFormerProcess()
      const [lease, worker] = [leaseOf(sessionId), table.state().workers.get(me)]
      if (!lease || !worker || worker.draining || !table.workerIsOnline(me) || !isFree(lease)) return
      take(lease)
      worker.held += 1
    },
    /** `private.claim_leases` */
    claimShare(): void {
      if (!isShared) return
      refuseFormerProcess()
      const worker = table.state().workers.get(me)
      if (!worker || worker.draining || !table.workerIsOnline(me) || worker.held >= CAPACITY) return
      const { leases } = table.state()
      for (const lease of leases.values()) if (isFree(lease)) lease.workerId = null
      const [fleet, free] = [count(), [...leases].flatMap(([id, { workerId }]) => (workerId === null ? [id] : []))]
      const held = fleet.reduce((sum, one) => sum + one.held, 0)
      const taken = table.pick(free, Math.max(0, shareOf(free.length + held, fleet.length) - worker.held))
      for (const id of taken) take(leaseOf(id) as Lease)
      worker.held += taken.length
    },
    /** `private.surplus` */
    surplus(): number {
      const fleet = count()
      const worker = fleet.find(({ id }) => isShared && id === me)
      const held = fleet.reduce((sum, one) => sum + one.held, 0)
      return worker ? Math.max(0, worker.held - shareOf(held, fleet.length)) : 0
    },
    /** `worker_heartbeat` */
    heartbeat({ first, draining }: Pick<Beat, 'first' | 'draining'>): boolean {
      table.forgetWorkers(({ id, heartbeat_at }) => {
        const isOld = id !== me && heartbeat_at < table.now() - REMEMBERED_MS
        return isOld && ![...table.state().leases.values()].some(({ workerId }) => workerId === id)
      })
      const [known, all] = [table.state().workers.get(me), [...table.state().leases.values()]]
      if (isShared && known && known.boot !== boot) {
        if (known.boot !== null && !first && table.workerIsOnline(me)) return false
        for (const lease of all) if (lease.workerId === me) lease.workerId = null
      }
      const held = all.filter(({ workerId }) => workerId === me).length
      Object.assign(table.hear(me), { boot, draining, held } satisfies Partial<WorkerRow>)
      return true
    },
    /** `worker_release` */
    release(given: readonly { id: string; token: number }[]): number {
      const mine = given.flatMap(({ id, token }) => {
        const lease = leaseOf(id)
        return lease?.workerId === me && lease.token === token ? [lease] : []
      })
      for (const lease of mine) lease.workerId = null
      const worker = table.state().workers.get(me)
      if (worker) worker.held = Math.max(0, worker.held - mine.length)
      return mine.length
    },
    /** `private.end_lease` */
    end(sessionId: string): void {
      const isOpen = table.ordersOf(sessionId).some(({ completed_at }) => completed_at === null)
      if (!table.row(sessionId) && !isOpen) table.state().leases.delete(sessionId)
    },
  }
}
