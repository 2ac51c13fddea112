import { useEffect } from 'react'
import { Toaster as Sonner } from 'sonner'
import type { Theme } from '../lib/theme.ts'

/** Fetched with the first toast. */
export function Toaster({ theme, onStanding }: { theme: Theme; onStanding: () => void }) {
  useEffect(onStanding, [onStanding])
  return (
    <Sonner theme={theme} position="top-center" closeButton toastOptions={{ className: '!border-line !bg-surface !font-sans !text-ink' }} />
  )
}
