import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useConfig } from '../../lib/config.ts'
import { asFailure } from '../../lib/failure.ts'
import type { Role } from '../../lib/roles.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useWords } from '../../words/words.ts'
import { type Invitation, inviteMember, mailInvitation, type Member, removeMember, revokeInvitation, setRole } from './members-queries.ts'

/** What became of an invitation's mail. */
export type Mailed = 'sent' | 'failed' | 'none'

/** What owners do with members; each is said when it is done, and the lists are read again. */
export function useMembers(organizationId: string) {
  const words = useWords()
  const text = words.members
  const client = useSupabase()
  const { mail } = useConfig()
  const queries = useQueryClient()
  const onSettled = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['members', organizationId] }),
      queries.invalidateQueries({ queryKey: ['invitations', organizationId] }),
    ])
  const onError = (gone: string) => (error: unknown) => {
    const { code } = asFailure(error)
    toast.error(code === 'not_found' ? gone : words.failures[code])
  }
  const changeRole = useMutation({
    mutationFn: ({ member, role }: { member: Member; role: Role }) => setRole(client, organizationId, member.user_id, role),
    onSuccess: async (_, { member, role }) => {
      // One's own role decides what the page offers, and is said where that is heard of.
      if (member.is_you) await queries.invalidateQueries({ queryKey: ['organizations'] })
      else toast.success(text.roleSet(member.email, words.organization.roles[role]))
    },
    onError: onError(text.memberGone),
    onSettled,
  })
  const remove = useMutation({
    mutationFn: (member: Member) => removeMember(client, organizationId, member.user_id),
    onSuccess: (_, { email }) => toast.success(text.removed(email)),
    onError: onError(text.memberGone),
    onSettled,
  })
  const invite = useMutation({
    mutationFn: async ({ email, role }: { email: string; role: Role }): Promise<Mailed> => {
      await inviteMember(client, organizationId, email, role)
      if (!mail) return 'none'
      return (await mailInvitation(client, email)) ? 'sent' : 'failed'
    },
    onSettled,
  })
  const revoke = useMutation({
    mutationFn: (invitation: Invitation) => revokeInvitation(client, invitation.id),
    onSuccess: (_, { email }) => toast.success(text.revoked(email)),
    onError: onError(text.invitationGone),
    onSettled,
  })
  /** In words, how somebody hears of their invitation. */
  const wordMailed = (email: string, mailed: Mailed): string => {
    if (mailed === 'sent') return text.invitedMail(email)
    return `${text.invited(email)} ${mailed === 'none' ? text.tellThem : text.mailFailed}`
  }
  return { changeRole, remove, invite, revoke, wordMailed }
}

export type Members = ReturnType<typeof useMembers>
