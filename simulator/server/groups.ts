import type { BinaryNode } from 'baileys'
import type { Group } from '../accounts-file.ts'
import { lidUserOf } from '../new-account.ts'
import { node, SERVER } from './stanzas.ts'
import type { World } from './world.ts'

/** The groups that a number takes part in, whoever made them. */
export function groupsOf(world: World, phone: string): Group[] {
  return world.accounts.all().flatMap(({ groups }) => groups.filter(({ participants }) => participants.includes(phone)))
}

/** All groups of a number, as a client is told when it asks which it is in. */
export function describeGroups(world: World, phone: string): BinaryNode {
  return node(
    'groups',
    {},
    groupsOf(world, phone).map((group) => describeGroup(world, group)),
  )
}

/** One group with who is in it; people are addressed by LID, and their numbers stand beside. */
export function describeGroup(world: World, { id, subject, participants, createdAt }: Group): BinaryNode {
  const creation = String(Math.floor(Date.parse(createdAt) / 1000))
  const lidOf = (phone: string) => `${world.accounts.find(phone)?.lidUser ?? lidUserOf(phone)}@lid`
  const people = participants.map((phone, index) => {
    const attrs = { jid: lidOf(phone), phone_number: `${phone}@${SERVER}` }
    return node('participant', index === 0 ? { ...attrs, type: 'superadmin' } : attrs)
  })
  const [owner = ''] = participants
  const made = { creation, creator: lidOf(owner), creator_pn: `${owner}@${SERVER}` }
  const named = { subject, s_t: creation, s_o: lidOf(owner), s_o_pn: `${owner}@${SERVER}` }
  return node('group', { id, addressing_mode: 'lid', size: String(people.length), ...made, ...named }, people)
}
