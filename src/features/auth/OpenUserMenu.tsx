import { useQueryClient } from '@tanstack/react-query'
import { LogOut, Mail, UserRoundCog } from 'lucide-react'
import { useLocation } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { authFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import type { LazyMenuProps } from '../../ui/LazyMenu.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'

type OpenUserMenuProps = { email: string; invitations: number }

export default function OpenUserMenu({ email, invitations, ...menu }: LazyMenuProps & OpenUserMenuProps) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const [, goTo] = useLocation()
  const signOut = async () => {
    const { error } = await client.auth.signOut({ scope: 'local' })
    if (error) toast.error(words.failures[authFailure(error).code])
    else queries.clear()
  }
  return (
    <Menu {...menu}>
      <MenuLabel>{email}</MenuLabel>
      <MenuItem onSelect={() => goTo(ADDRESSES.account)}>
        <UserRoundCog aria-hidden className="size-4 text-muted" />
        {words.nav.profile}
      </MenuItem>
      {invitations > 0 && (
        <MenuItem onSelect={() => goTo(ADDRESSES.account)}>
          <Mail aria-hidden className="size-4 text-muted" />
          {words.organization.invitationCount(invitations)}
        </MenuItem>
      )}
      <MenuLine />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden className="size-4 text-muted" />
        {words.nav.signOut}
      </MenuItem>
    </Menu>
  )
}
