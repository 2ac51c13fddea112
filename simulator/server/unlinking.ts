import type { BinaryNode } from 'baileys'
import type { Connection } from './connection.ts'
import { happened } from './happenings.ts'
import { deviceRemoved, resultOf } from './stanzas.ts'
import { later } from './world.ts'
import type { World } from './world.ts'

/** The phone unlinks a device: it is told when it is online, else at its next login. `false` when it is not linked. */
export function unlinkByPhone(world: World, jid: string): boolean {
  if (!forget(world, jid)) return false
  world.online.get(jid)?.end(deviceRemoved())
  return true
}

/**
 * A device asks to be unlinked. The server has the request from now on: it is carried out after the delay even when the
 * connection closes before.
 */
export function unlinkByCompanion(world: World, connection: Connection, jid: string, request: BinaryNode): void {
  const { unlinkReply, unlinkDelayMs } = world.behaviour
  if (unlinkReply === 'ignored') return
  later(world, unlinkDelayMs, () => {
    forget(world, jid)
    if (unlinkReply === 'lost') return
    connection.send(resultOf(request))
    connection.end(deviceRemoved())
  })
}

function forget(world: World, jid: string): boolean {
  world.silenced.delete(jid)
  world.pending.delete(jid)
  world.histories.delete(jid)
  if (!world.accounts.unlink(jid)) return false
  world.counts.unlinks += 1
  world.log('device unlinked', { jid })
  happened(world, 'unlinked')
  return true
}
