import type { Locale } from 'date-fns'
import { createContext, use } from 'react'
import type { Words } from './en.ts'

/** The languages, each by its own name. */
export const LANGUAGES = { en: 'English', es: 'Español', 'pt-BR': 'Português (Brasil)' } as const
export type LanguageCode = keyof typeof LANGUAGES
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as LanguageCode[]

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

/** The first of the languages somebody prefers (BCP 47) that we speak: any Spanish is Spanish, any Portuguese Brazilian; else English. */
export function preferredLanguage(preferences: readonly string[]): LanguageCode {
  for (const preference of preferences) {
    const base = preference.toLowerCase().split('-')[0]
    const spoken = LANGUAGE_CODES.find((code) => code.toLowerCase().split('-')[0] === base)
    if (spoken) return spoken
  }
  return 'en'
}

export const LanguageContext = createContext<(Language & { choose: (code: LanguageCode) => void }) | null>(null)

/** The language that the page speaks, and the way to another. */
export function useLanguage() {
  const language = use(LanguageContext)
  if (!language) throw new Error('useLanguage is used before a language was fetched')
  return language
}
