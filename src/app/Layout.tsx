import { Outlet } from 'react-router'
import { UserMenu } from '../features/auth/UserMenu.tsx'
import { OrganizationSwitch } from '../features/organization/OrganizationSwitch.tsx'
import { Logo } from '../ui/logo.tsx'
import { useWords } from '../words/words.ts'

/** The top bar and, below it, the page. */
export function Layout({ email }: { email: string }) {
  const words = useWords()
  return (
    <div className="min-h-dvh">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-lg focus:bg-surface focus:px-4 focus:py-2"
      >
        {words.common.skipToContent}
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-5xl items-center gap-3 px-4 sm:px-6">
          <Logo className="size-7 shrink-0" />
          <span className="font-semibold tracking-tight">{words.product}</span>
          <span aria-hidden className="h-5 w-px bg-line" />
          <OrganizationSwitch />
          <div className="ml-auto">
            <UserMenu email={email} />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto max-w-5xl px-4 py-6 outline-none sm:px-6">
        <Outlet />
      </main>
    </div>
  )
}
