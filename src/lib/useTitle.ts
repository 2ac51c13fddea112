import { useEffect } from 'react'
import { useWords } from '../words/words.ts'

/** What the window, the history and a screen reader call the page; `null` while nobody knows. */
export function useTitle(title: string | null): void {
  const { product } = useWords()
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product
    return () => {
      document.title = product
    }
  }, [title, product])
}
