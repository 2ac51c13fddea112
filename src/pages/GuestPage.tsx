import type { ReactNode } from 'react'
import { LanguageSwitch } from '../features/preferences/LanguageSwitch.tsx'
import { ThemeSwitch } from '../features/preferences/ThemeSwitch.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { Logo } from '../ui/logo.tsx'
import { useWords } from '../words/words.ts'

/** Around what is asked of who is not in yet. */
export function GuestPage({ intro, children }: { intro?: string; children: ReactNode }) {
  const words = useWords()
  return (
    <CenterPage>
      <div className="absolute top-3 right-4 flex">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <div className="mb-8 flex flex-col items-center text-center">
        <Logo className="size-11" />
        <p className="mt-3 text-lg font-semibold tracking-tight">{words.product}</p>
        {intro && <p className="mt-1 text-sm text-balance text-muted">{intro}</p>}
      </div>
      <div className="rounded-2xl border border-line bg-surface p-6 shadow-sm">{children}</div>
      <p className="mt-6 text-center text-note text-muted">{words.promise}</p>
    </CenterPage>
  )
}
