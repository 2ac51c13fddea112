import { enUS } from 'date-fns/locale/en-US'
import type { ReactNode } from 'react'
import { en } from '../../../src/words/en.ts'
import { LanguageContext } from '../../../src/words/language.ts'

/** Around a part of the page that is drawn alone. */
export function InEnglish({ children }: { children: ReactNode }) {
  return <LanguageContext value={{ code: 'en', words: en, locale: enUS, choose: () => undefined }}>{children}</LanguageContext>
}
