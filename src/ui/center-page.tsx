import type { ReactNode } from 'react'

/** A page with one thing in its middle. */
export function CenterPage({ children }: { children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center p-6">
      <div className="w-full max-w-sm animate-appear">{children}</div>
    </main>
  )
}
