import { afterEach, vi } from 'vitest'
import type { AuthenticationState, UserFacingSocketConfig } from 'baileys'
import { startSimulator } from '../../../simulator/simulator.ts'
import type { Simulator, SimulatorOptions } from '../../../simulator/simulator.ts'
import { trustSimulator } from '../../../simulator/trust-root.ts'
import { connect } from './client.ts'
import type { Client } from './client.ts'

const endings: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end()
})

/** Waits until a check holds, however slow the machine is. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000 })
}

/** A simulator for one test, trusted by this process. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  endings.push(() => simulator.stop())
  trustSimulator(simulator.webSocketUrl)
  return simulator
}

/** A client for one test. */
export function client(simulator: Simulator, auth?: AuthenticationState, options?: Partial<UserFacingSocketConfig>): Client {
  const made = connect(simulator.webSocketUrl, auth, options)
  endings.push(() => made.socket.end(undefined))
  return made
}

/** A device that is linked and online, as a person would get there: scan, restart, login. */
export async function linked(simulator: Simulator, phone?: string): Promise<Client & { jid: string }> {
  const first = client(simulator)
  const scan = await simulator.scan(await first.qr(), phone)
  if (!scan.ok) throw new Error(`the scan failed: ${scan.code}`)
  await first.closed()
  const second = client(simulator, first.auth)
  await second.opened()
  return { ...second, jid: scan.jid }
}
