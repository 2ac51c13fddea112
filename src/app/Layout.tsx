import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { UserMenu } from '../features/auth/UserMenu.tsx'
import { ConnectionBanner } from '../features/connection/ConnectionBanner.tsx'
import { useInvitationCount } from '../features/organization/my-invitations.ts'
import { useOrganization } from '../features/organization/organization.ts'
import { mayChange } from '../features/organization/organization-queries.ts'
import { OrganizationSwitch } from '../features/organization/OrganizationSwitch.tsx'
import { LanguageSwitch } from '../features/preferences/LanguageSwitch.tsx'
import { ThemeSwitch } from '../features/preferences/ThemeSwitch.tsx'
import { ADDRESSES } from '../lib/addresses.ts'
import { cx } from '../ui/cx.ts'
import { Logo } from '../ui/logo.tsx'
import { useWords } from '../words/words.ts'

/** The top bar and, below it, the page. */
export function Layout({ email, children }: { email: string; children: ReactNode }) {
  const words = useWords()
  const { role } = useOrganization().current
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-lg focus:bg-surface focus:px-4 focus:py-2"
      >
        {words.common.skipToContent}
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-5xl items-center gap-2 px-4 sm:gap-3 sm:px-6">
          <Logo className="size-7 shrink-0" />
          <span className="font-semibold tracking-tight max-sm:sr-only">{words.product}</span>
          <span aria-hidden className="h-5 w-px shrink-0 bg-line" />
          <OrganizationSwitch />
          <div className="ml-auto flex shrink-0 items-center">
            <LanguageSwitch />
            <ThemeSwitch />
            <UserMenu email={email} invitations={useInvitationCount()} />
          </div>
        </div>
        <nav aria-label={words.nav.pages} className="mx-auto -mb-px flex max-w-5xl gap-1 overflow-x-auto px-2 sm:px-4">
          <PageLink to={ADDRESSES.devices} below>
            {words.nav.devices}
          </PageLink>
          {mayChange(role) && <PageLink to={ADDRESSES.activity}>{words.nav.activity}</PageLink>}
          <PageLink to={ADDRESSES.members}>{words.nav.members}</PageLink>
          {mayChange(role) && (
            <PageLink to={ADDRESSES.webhooks} below>
              {words.nav.webhooks}
            </PageLink>
          )}
        </nav>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-5xl grow px-4 py-6 outline-none sm:px-6">
        {children}
      </main>
      <ConnectionBanner />
    </div>
  )
}

/** `below`: also stands for the pages below its address. */
function PageLink({ to, below = false, children }: { to: string; below?: boolean; children: ReactNode }) {
  const [isHere] = useRoute(below ? `${to}/*?` : to)
  return (
    <Link
      href={to}
      aria-current={isHere ? 'page' : undefined}
      className={cx(
        'flex h-10 items-center border-b-2 px-1.5 text-sm sm:px-3 font-medium whitespace-nowrap focus-visible:-outline-offset-2',
        isHere ? 'border-brand text-ink' : 'border-transparent text-muted hover:text-ink',
      )}
    >
      {children}
    </Link>
  )
}
