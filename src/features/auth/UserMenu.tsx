import { CircleUserRound } from 'lucide-react'
import { lazy } from 'react'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { useWords } from '../../words/words.ts'

const OpenUserMenu = lazy(() => import('./OpenUserMenu.tsx'))

/** Who is signed in, and the way out. */
export function UserMenu({ email }: { email: string }) {
  const words = useWords()
  return (
    <LazyMenu
      menu={OpenUserMenu}
      email={email}
      trigger={
        <Button look="ghost" size="small" aria-label={`${words.nav.account}: ${email}`} className="max-md:w-9 max-md:px-0">
          <CircleUserRound aria-hidden className="size-[18px]" />
          <span className="hidden max-w-52 truncate md:inline">{email}</span>
        </Button>
      }
    />
  )
}
