import type { Locale } from 'date-fns'
import { createContext, use } from 'react'
import type { Words } from './en.ts'
import type { LanguageCode } from './languages.ts'

/** Words, and how dates are written. Fetched apart: a browser loads one language. */
export type Language = { code: LanguageCode; words: Words; locale: Locale }

const FETCH: Record<LanguageCode, () => Promise<Omit<Language, 'code'>>> = {
  en: async () => {
    const [{ en }, { enUS }] = await Promise.all([import('./en.ts'), import('date-fns/locale/en-US')])
    return { words: en, locale: enUS }
  },
  es: async () => {
    const [{ es }, dates] = await Promise.all([import('./es.ts'), import('date-fns/locale/es')])
    return { words: es, locale: dates.es }
  },
  'pt-BR': async () => {
    const [{ ptBR }, dates] = await Promise.all([import('./pt-BR.ts'), import('date-fns/locale/pt-BR')])
    return { words: ptBR, locale: dates.ptBR }
  },
}

/** Fetches a language. Rejects where the network does not give it. */
export async function fetchLanguage(code: LanguageCode): Promise<Language> {
  return { code, ...(await FETCH[code]()) }
}

export const LanguageContext = createContext<(Language & { choose: (code: LanguageCode) => void }) | null>(null)

/** The language that the page speaks, and the way to another. */
export function useLanguage() {
  const language = use(LanguageContext)
  if (!language) throw new Error('useLanguage is used before a language was fetched')
  return language
}
