import { use } from 'react'
import type { Words } from './en.ts'
import { LanguageContext } from './language.ts'

/** The words of the language that the page speaks. */
export function useWords(): Words {
  const language = use(LanguageContext)
  if (!language) throw new Error('useWords is used before a language was fetched')
  return language.words
}
