import { useSyncExternalStore } from 'react'
import { keep, kept } from './kept.ts'

/** `system`: as the browser prefers. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

let theme: Theme = kept('theme', THEMES) ?? 'system'
const listeners = new Set<() => void>()

/** Has the page drawn in the chosen theme; the style sheet reads it from the document. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme
}

export function chooseTheme(chosen: Theme): void {
  theme = chosen
  keep('theme', chosen)
  applyTheme()
  for (const listener of listeners) listener()
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => theme,
  )
}
