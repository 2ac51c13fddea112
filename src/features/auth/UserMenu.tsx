import { CircleUserRound } from 'lucide-react'
import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'

const OpenUserMenu = lazy(() => import('./OpenUserMenu.tsx'))

/** Who is signed in, and the way out. `invitations`: how many wait for an answer, which stand in the profile. */
export function UserMenu({ email, invitations }: { email: string; invitations: number }) {
  const words = useWords()
  const waiting = invitations > 0 ? `, ${words.organization.invitationCount(invitations)}` : ''
  return (
    <LazyMenu
      menu={OpenUserMenu}
      email={email}
      invitations={invitations}
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.account}: ${email}${waiting}`} className="max-md:w-9 max-md:px-0">
          <span className="relative">
            <CircleUserRound aria-hidden className="size-[18px]" />
            {invitations > 0 && (
              <span
                aria-hidden
                className="absolute -top-2 -right-2 min-w-4 rounded-full bg-brand px-1 text-[0.625rem] leading-4 text-on-brand"
              >
                {invitations}
              </span>
            )}
          </span>
          <span className="hidden max-w-52 truncate md:inline">{email}</span>
        </Button>
      }
    />
  )
}
