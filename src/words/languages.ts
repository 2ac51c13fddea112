/** The languages, each by its own name. */
export const LANGUAGES = { en: 'English', es: 'Español', 'pt-BR': 'Português (Brasil)' } as const
export type LanguageCode = keyof typeof LANGUAGES
export const LANGUAGE_CODES = Object.keys(LANGUAGES) as LanguageCode[]

/** The first of the languages somebody prefers (BCP 47) that we speak: any Spanish is Spanish, any Portuguese Brazilian; else English. */
export function preferredLanguage(preferences: readonly string[]): LanguageCode {
  for (const preference of preferences) {
    const base = preference.toLowerCase().split('-')[0]
    const spoken = LANGUAGE_CODES.find((code) => code.toLowerCase().split('-')[0] === base)
    if (spoken) return spoken
  }
  return 'en'
}
