import type { World } from './world.ts'

/** What happens in the simulated world, as a scenario can wait for it. */
export const HAPPENINGS = [
  /** A device asks to be linked. */
  'asked',
  /** A device shows a QR code that can be scanned. */
  'shown',
  /** A device asked for a pairing code. */
  'code_asked',
  'passkey_demanded',
  'linked',
  'online',
  'offline',
  'unlinked',
  /** A new device has confirmed what its phone told it. */
  'told',
  /** A phone took a text of a device. */
  'text',
  /** A phone said that it has it; its owner can open it from now on. */
  'delivered',
] as const
export type Happening = (typeof HAPPENINGS)[number]

/** Tells whoever watches that something happened. */
export function happened(world: World, what: Happening): void {
  for (const watch of world.watchers) watch(what)
}
