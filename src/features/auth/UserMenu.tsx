import { useQueryClient } from '@tanstack/react-query'
import { CircleUserRound, LogOut } from 'lucide-react'
import { toast } from 'sonner'
import { authFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../ui/menu.tsx'
import { useWords } from '../../words/words.ts'

/** Who is signed in, and the way out. */
export function UserMenu({ email }: { email: string }) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const signOut = async () => {
    const { error } = await client.auth.signOut({ scope: 'local' })
    if (error) toast.error(words.failures[authFailure(error).code])
    else queries.clear()
  }
  return (
    <Menu
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.account}: ${email}`} className="max-sm:w-9 max-sm:px-0">
          <CircleUserRound aria-hidden className="size-[18px]" />
          <span className="hidden max-w-52 truncate sm:inline">{email}</span>
        </Button>
      }
    >
      <MenuLabel>{email}</MenuLabel>
      <MenuLine />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden className="size-4 text-muted" />
        {words.nav.signOut}
      </MenuItem>
    </Menu>
  )
}
