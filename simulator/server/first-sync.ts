import type { Account, Device } from '../accounts-file.ts'
import { lidUserOf } from '../new-account.ts'
import { newAppState, shareKey } from '../phone/address-book.ts'
import { firstHistory } from '../phone/history.ts'
import { sealed } from './companion-messages.ts'
import { groupsOf } from './groups.ts'
import { happened } from './happenings.ts'
import { SERVER } from './stanzas.ts'
import type { World } from './world.ts'

/**
 * After a login the phone tells a new device what it knows, if that device has not confirmed it yet: a connection that ends before does
 * not cost the device its names.
 */
export async function sendFirstSync(world: World, account: Account, device: Device): Promise<void> {
  if (!device.awaitsHistory || !device.keys) return
  const lidOf = (phone: string) => world.accounts.find(phone)?.lidUser ?? lidUserOf(phone)
  account.appState ??= newAppState(world.chance.of(`app state/${account.phone}`))
  const messages = [shareKey(account.appState), ...(await firstHistory(account, groupsOf(world, account.phone), lidOf))]
  const ids = new Set<string>()
  world.histories.set(device.jid, ids)
  const attrs = { from: `${account.phone}@${SERVER}`, type: 'text', category: 'peer' }
  for (const message of messages) {
    const id = world.chance.of(`history/${device.jid}/${device.logins}/${ids.size}`).bytes(10).toString('hex').toUpperCase()
    ids.add(id)
    const stanza = await sealed(world, account, device, { id, attrs, message })
    if (stanza) world.online.get(device.jid)?.send(stanza)
  }
  world.log('a phone told a new device what it knows', { jid: device.jid })
}

/** A device confirms a message; with the last one of its history the phone owes it nothing any more. */
export function confirmHistory(world: World, device: Device, id: string): void {
  const ids = world.histories.get(device.jid)
  if (!ids?.delete(id) || ids.size > 0) return
  world.histories.delete(device.jid)
  device.awaitsHistory = false
  world.counts.histories += 1
  world.accounts.touched()
  happened(world, 'told')
}
