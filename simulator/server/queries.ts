import type { BinaryNode } from 'baileys'
import type { Device } from '../accounts-file.ts'
import { isSigned } from '../noise/signature.ts'
import { waitingFor } from './companion-messages.ts'
import { ADDRESS_BOOK } from '../phone/address-book.ts'
import type { Connection } from './connection.ts'
import { sendFirstSync } from './first-sync.ts'
import { describeGroup, describeGroups, groupsOf } from './groups.ts'
import { keyBundles } from './key-bundles.ts'
import { bytes, child, children, errorOf, node, resultOf } from './stanzas.ts'
import { unlinkByCompanion } from './unlinking.ts'
import { describeUsers } from './users.ts'
import type { World } from './world.ts'

type Query = { world: World; connection: Connection; jid: string; device: Device; iq: BinaryNode }

const SIGNAL_KEY_TYPE = Buffer.from([5])
/** Of the one-time keys that come at once; each phone that writes to the device takes one, and later ones do without. */
const KEPT_PRE_KEYS = 5

/** What the server says to each kind of query; one that is not named here gets an empty result. */
const ANSWERS: Record<string, (query: Query) => void> = {
  encrypt: answerKeys,
  passive: answerPassive,
  md: answerDevices,
  usync: answerUsers,
  abt: (query) => reply(query, [node('props', { protocol: '1', hash: 'simulator' })]),
  blocklist: (query) => reply(query, [node('list')]),
  privacy: (query) => reply(query, [node('privacy')]),
  'w:g2': answerGroups,
  'w:sync:app:state': answerAppState,
}

/** Answers a query of a device that is logged in. */
export function answerQuery(query: Query): void {
  const answer = ANSWERS[query.iq.attrs['xmlns'] ?? '']
  if (answer) answer(query)
  else reply(query)
}

function reply({ connection, iq }: Query, content?: BinaryNode[]): void {
  connection.send(resultOf(iq, content))
}

function answerKeys(query: Query): void {
  const { world, connection, device, iq } = query
  if (child(iq, 'count')) return reply(query, [node('count', { value: String(device.preKeys) })])
  if (child(iq, 'digest')) {
    reply(query, [node('digest')])
    // The last thing that a client asks before it calls itself open.
    return greet(query)
  }
  const wanted = child(iq, 'key')
  if (wanted) return reply(query, [keyBundles(world, wanted)])
  const skey = child(iq, 'skey') ?? child(child(iq, 'rotate') ?? iq, 'skey')
  if (skey) {
    const identity = Buffer.from(device.identityPublicKey, 'base64')
    const [id, value, signature] = [bytes(child(skey, 'id')), bytes(child(skey, 'value')), bytes(child(skey, 'signature'))]
    const signed = Buffer.concat([SIGNAL_KEY_TYPE, value])
    if (!isSigned(identity, signed, signature)) {
      return connection.send(errorOf(iq, 406, 'the signed pre-key is not signed by the identity of this device'))
    }
    const signedPreKey = { id: id.readUIntBE(0, id.length), value: value.toString('base64'), signature: signature.toString('base64') }
    if (device.keys) device.keys = { ...device.keys, signedPreKey }
  }
  const list = child(iq, 'list')
  if (list) {
    device.preKeys += children(list).length
    device.keys?.preKeys.push(...children(list).slice(0, KEPT_PRE_KEYS).map(preKeyOf))
    world.accounts.touched()
  }
  reply(query)
}

function preKeyOf(key: BinaryNode): { id: number; value: string } {
  const id = bytes(child(key, 'id'))
  return { id: id.readUIntBE(0, id.length), value: bytes(child(key, 'value')).toString('base64') }
}

function greet({ world, jid }: Query): void {
  const found = world.accounts.device(jid)
  if (!found) return
  sendFirstSync(world, found.account, found.device).catch((error: unknown) => {
    world.log('a history was lost', { jid, reason: error instanceof Error ? error.message : String(error) })
  })
}

function answerGroups(query: Query): void {
  const { world, connection, jid, iq } = query
  const phone = world.accounts.device(jid)?.account.phone ?? ''
  if (child(iq, 'participating')) return reply(query, [describeGroups(world, phone)])
  if (!child(iq, 'query')) return reply(query)
  const group = groupsOf(world, phone).find(({ id }) => `${id}@g.us` === iq.attrs['to'])
  if (group) reply(query, [describeGroup(world, group)])
  else connection.send(errorOf(iq, 404, 'item-not-found'))
}

function answerPassive(query: Query): void {
  reply(query)
  if (!child(query.iq, 'active')) return
  const waiting = waitingFor(query.world, query.jid)
  for (const stanza of waiting) query.connection.send(stanza)
  // The client buffers its events until it hears how much waited for it.
  query.connection.send(node('ib', {}, [node('offline', { count: String(waiting.length) })]))
}

function answerDevices(query: Query): void {
  const removal = child(query.iq, 'remove-companion-device')
  if (!removal) return reply(query)
  if (removal.attrs['jid'] !== query.jid) return query.connection.send(errorOf(query.iq, 403, 'a device can only remove itself'))
  unlinkByCompanion(query.world, query.connection, query.jid, query.iq)
}

function answerUsers(query: Query): void {
  const usync = child(query.iq, 'usync')
  reply(query, usync ? [describeUsers(query.world, usync)] : [])
}

function answerAppState(query: Query): void {
  const sync = child(query.iq, 'sync')
  const patches = query.world.accounts.device(query.jid)?.account.appState?.patches ?? []
  const collections = (sync ? children(sync) : []).map(({ attrs }) => {
    const { name = '', version = '0' } = attrs
    const missed = name === ADDRESS_BOOK ? patches.slice(Number(version)) : []
    const content = missed.map((patch) => node('patch', {}, Buffer.from(patch, 'base64')))
    return node('collection', { name, version, has_more_patches: 'false' }, content.length > 0 ? [node('patches', {}, content)] : undefined)
  })
  reply(query, [node('sync', {}, collections)])
}
