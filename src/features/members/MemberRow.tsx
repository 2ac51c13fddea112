import { ChevronDown, UserRoundMinus } from 'lucide-react'
import { lazy } from 'react'
import { useDates } from '../../lib/dates.ts'
import type { Role } from '../../lib/roles.ts'
import { Button } from '../../ui/button.tsx'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Member } from './members-queries.ts'

const RoleMenu = lazy(() => import('./RoleMenu.tsx'))

type MemberRowProps = {
  member: Member
  isOnlyOwner: boolean
  mayChange: boolean
  isBusy: boolean
  onRole: (role: Role) => void
  onRemove: () => void
  onLeave: () => void
}

/** One member. */
export function MemberRow({ member, isOnlyOwner, mayChange, isBusy, onRole, onRemove, onLeave }: MemberRowProps) {
  const words = useWords()
  const text = words.members
  const dates = useDates()
  const { email, role, is_you, created_at } = member
  const roleName = words.organization.roles[role]
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3" data-member={email}>
      <div className="min-w-[min(10rem,100%)] flex-1">
        <p className="text-sm font-medium break-all">
          {email}
          {is_you && <span className="ml-2 rounded-full bg-raised px-2 py-0.5 text-xs font-medium text-muted">{text.you}</span>}
        </p>
        <p className="text-note text-muted">{text.since(dates.date(created_at))}</p>
      </div>
      <div className="ml-auto flex items-center gap-1">
        {mayChange && !isOnlyOwner ? (
          <LazyMenu
            menu={RoleMenu}
            role={role}
            onChoose={onRole}
            trigger={
              <Button look="ghost" size="small" className="text-ink" aria-label={text.roleOf(email, roleName)} disabled={isBusy}>
                {roleName}
                {isBusy ? <Spinner /> : <ChevronDown aria-hidden className="size-4 text-muted" />}
              </Button>
            }
          />
        ) : (
          <span className="px-3 text-note font-medium">{roleName}</span>
        )}
        {is_you ? (
          <Button look="ghost" size="small" onClick={onLeave}>
            {words.organization.leave}
          </Button>
        ) : (
          mayChange && (
            <Button look="ghost" size="icon" aria-label={text.removeOne(email)} title={text.remove} onClick={onRemove}>
              <UserRoundMinus aria-hidden className="size-[18px]" />
            </Button>
          )
        )}
      </div>
      {isOnlyOwner && mayChange && <p className="w-full text-note text-muted">{text.onlyOwner}</p>}
    </li>
  )
}
