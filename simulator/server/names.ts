import type { BinaryNode } from 'baileys'
import type { Account, Group } from '../accounts-file.ts'
import { lidUserOf, newContact, newGroup } from '../new-account.ts'
import { ADDRESS_BOOK, newAppState, recordContact } from '../phone/address-book.ts'
import type { NewContact, NewGroup } from '../settings.ts'
import { sendUntilConfirmed } from './companion-messages.ts'
import { describeGroup } from './groups.ts'
import { node, seconds, SERVER } from './stanzas.ts'
import type { World } from './world.ts'

/** Adds somebody to a phone's address book, or changes what it says of them; its devices hear of it. `false`: no such phone. */
export async function putContact(world: World, phone: string, { pushName, ...rest }: NewContact): Promise<boolean> {
  const account = world.accounts.find(phone)
  if (!account) return false
  const known = account.contacts.find((one) => one.phone === rest.phone)
  const contact = newContact({ ...rest, ...((pushName ?? known?.pushName) ? { pushName: pushName ?? known?.pushName ?? '' } : {}) })
  account.contacts = [...account.contacts.filter((one) => one !== known), contact]
  account.appState ??= newAppState(world.chance.of(`app state/${phone}`))
  const lidUser = world.accounts.find(contact.phone)?.lidUser ?? lidUserOf(contact.phone)
  await recordContact(account.appState, contact, lidUser)
  world.accounts.touched()
  const version = String(account.appState.patches.length)
  tellDevices(world, account, 'server_sync', { from: SERVER }, [node('collection', { name: ADDRESS_BOOK, version })])
  return true
}

/** A phone makes a group; the devices of all who are in it hear of it. `undefined`: no such phone. */
export function addGroup(world: World, phone: string, asked: NewGroup): string | undefined {
  const account = world.accounts.find(phone)
  if (!account) return undefined
  const group = newGroup(asked, phone, world.chance.of(`group/${phone}/${account.groups.length}`))
  account.groups = [...account.groups, group]
  world.accounts.touched()
  tellGroup(world, account, group, node('create', {}, [describeGroup(world, group)]))
  return `${group.id}@g.us`
}

/** A group gets another subject, from whoever made it. `false`: no such group. */
export function renameGroup(world: World, jid: string, subject: string): boolean {
  for (const account of world.accounts.all()) {
    const group = account.groups.find(({ id }) => `${id}@g.us` === jid)
    if (!group) continue
    group.subject = subject
    world.accounts.touched()
    tellGroup(world, account, group, node('subject', { subject, s_t: seconds(), s_o: `${account.lidUser}@lid` }))
    return true
  }
  return false
}

function tellGroup(world: World, maker: Account, group: Group, change: BinaryNode): void {
  const attrs = { from: `${group.id}@g.us`, participant: `${maker.lidUser}@lid`, participant_pn: `${maker.phone}@${SERVER}` }
  for (const phone of group.participants) {
    const account = world.accounts.find(phone)
    if (account) tellDevices(world, account, 'w:gp2', attrs, [change])
  }
}

function tellDevices(world: World, account: Account, type: string, attrs: Record<string, string>, content: BinaryNode[]): void {
  world.counts.notices += 1
  const id = world.chance.of(`notice/${world.counts.notices}`).uuid()
  for (const { jid } of account.devices) sendUntilConfirmed(world, jid, node('notification', { ...attrs, type, id, t: seconds() }, content))
}
