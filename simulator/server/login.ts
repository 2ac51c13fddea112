import type { proto } from 'baileys'
import type { Connection } from './connection.ts'
import { happened } from './happenings.ts'
import { failure, node, replaced, seconds, SERVER } from './stanzas.ts'
import { takeRefusal } from './world.ts'
import type { World } from './world.ts'

/** Logs a linked device in, or refuses it: 401 when it is linked no more or shows another key than it was linked with. */
export function logIn(world: World, connection: Connection, noisePublicKey: Buffer, payload: proto.IClientPayload): void {
  const jid = `${String(payload.username)}:${payload.device ?? 0}@${SERVER}`
  const refusal = takeRefusal(world, jid)
  if (refusal !== undefined) return connection.end(failure(refusal))

  const found = world.accounts.device(jid)
  if (!found || found.device.noisePublicKey !== noisePublicKey.toString('base64')) {
    world.counts.refused += 1
    world.log('login refused: not a linked device', { jid })
    return connection.end(failure(401))
  }

  world.online.get(jid)?.end(replaced())
  world.online.set(jid, connection)
  connection.jid = jid
  if (world.silenced.has(jid)) return connection.silence(true)
  found.device.logins += 1
  found.device.lastSeenAt = new Date().toISOString()
  world.accounts.touched()
  world.counts.logins += 1
  connection.send(node('success', { t: seconds(), lid: found.device.lid, location: 'sim', props: '0', companion_enc_static: '' }))
  world.log('device online', { jid, logins: found.device.logins })
  happened(world, 'online')
}

/** The device a connection is logged in as; not the one of a connection that a newer login replaced. */
export function jidOf(world: World, { jid, id }: Connection): string | undefined {
  return jid !== undefined && world.online.get(jid)?.id === id ? jid : undefined
}
