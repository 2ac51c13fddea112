import { createContext, use } from 'react'
import { en, type Words } from './en.ts'

/** The words of the language that the page speaks. */
export const WordsContext = createContext<Words>(en)

export function useWords(): Words {
  return use(WordsContext)
}
