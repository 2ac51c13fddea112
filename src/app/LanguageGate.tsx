import { type ReactNode, useEffect, useState } from 'react'
import { keep, kept } from '../lib/kept.ts'
import { fetchLanguage, type Language, LanguageContext } from '../words/language.ts'
import { LANGUAGE_CODES, preferredLanguage } from '../words/languages.ts'

/** How long after a language could not be fetched it is tried again, milliseconds. */
const TRY_AGAIN = 1000

/** Shows its children once their words are there: in the language that was chosen in this browser, else in the one the browser prefers. */
export function LanguageGate({ children }: { children: ReactNode }) {
  const [code, setCode] = useState(() => kept('language', LANGUAGE_CODES) ?? preferredLanguage(navigator.languages))
  const [language, setLanguage] = useState<Language | null>(null)
  useEffect(() => {
    let wanted = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      fetchLanguage(code).then(
        (fetched) => {
          if (!wanted) return
          document.documentElement.lang = fetched.code
          setLanguage(fetched)
        },
        () => {
          if (wanted) timer = setTimeout(look, TRY_AGAIN)
        },
      )
    }
    look()
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [code])
  if (!language) return null
  return (
    <LanguageContext
      value={{
        ...language,
        choose: (chosen) => {
          keep('language', chosen)
          setCode(chosen)
        },
      }}
    >
      {children}
    </LanguageContext>
  )
}
