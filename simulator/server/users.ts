import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts-file.ts'
import { bytes, child, children, node, SERVER } from './stanzas.ts'
import type { World } from './world.ts'

const LID_SERVER = 'lid'

/** What the server tells of the users in a `usync` query. A number without an account is not on WhatsApp. */
export function describeUsers(world: World, usync: BinaryNode): BinaryNode {
  const asked = children(child(usync, 'query') ?? usync)
  const users = children(child(usync, 'list') ?? usync)
  const list = users.map((user) => describeUser(world, user, asked))
  return node('usync', { sid: usync.attrs['sid'] ?? '' }, [node('list', {}, list)])
}

/** Whose phone an address means: the account's number or LID, without a device or with the phone's own (0). */
export function addressee(world: World, jid: string): Account | undefined {
  const [address = '', server] = jid.split('@')
  const [user, device = '0'] = address.split(':')
  if (device !== '0') return undefined
  if (server === LID_SERVER) return world.accounts.findLid(user ?? '')
  return server === SERVER && user !== undefined ? world.accounts.find(user) : undefined
}

function describeUser(world: World, user: BinaryNode, asked: BinaryNode[]): BinaryNode {
  const contact = bytes(child(user, 'contact')).toString('utf8')
  const jid = user.attrs['jid'] ?? `${contact.replace(/^\+/, '')}@${SERVER}`
  const account = addressee(world, jid)
  const told = asked.flatMap(({ tag }) => {
    if (tag === 'contact') return [node('contact', { type: account ? 'in' : 'out' })]
    if (!account) return []
    if (tag === 'lid') return [node('lid', { val: `${account.lidUser}@${LID_SERVER}` })]
    // Companions are sent nothing, so they are not named either: the client would ask for their keys before each message.
    if (tag === 'devices') return [node('devices', {}, [node('device-list', { hash: '2:simulator' }, [node('device', { id: '0' })])])]
    return []
  })
  return node('user', { jid }, told)
}
