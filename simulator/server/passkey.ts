import type { Account } from '../accounts-file.ts'
import { happened } from './happenings.ts'
import { node, seconds, SERVER } from './stanzas.ts'
import type { Registration, World } from './world.ts'

/**
 * The account demands a passkey: instead of `pair-success` the device gets the options of a WebAuthn request, and the link waits for an
 * assertion. That is the shape that clients reported in the middle of 2026; this server stops there, as does a client that has no passkey.
 */
export function demandPasskey(world: World, account: Account, { connection }: Registration): void {
  const chance = world.chance.of(`passkey/${connection.id}`)
  const options = {
    challenge: chance.bytes(32).toString('base64url'),
    timeout: 600_000,
    rpId: 'whatsapp.com',
    allowCredentials: [],
    userVerification: 'required',
    extensions: { uvm: true },
  }
  const attrs = { from: SERVER, type: 'passkey_prologue_request', id: chance.uuid(), t: seconds() }
  connection.send(node('notification', attrs, [node('passkey_request_options', {}, Buffer.from(JSON.stringify(options)))]))
  world.log('a passkey is demanded', { phone: account.phone })
  happened(world, 'passkey_demanded')
}
