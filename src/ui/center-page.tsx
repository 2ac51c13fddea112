import type { ReactNode } from 'react'

/** A page with one thing in its middle. */
export function CenterPage({ children }: { children: ReactNode }) {
  return (
    <main tabIndex={-1} className="flex min-h-dvh flex-col items-center justify-center p-6 outline-none">
      <div className="w-full max-w-sm animate-appear">{children}</div>
    </main>
  )
}
