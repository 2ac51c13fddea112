import type { ReactNode } from 'react'
import { chooseTheme, THEMES, useTheme } from '../../lib/theme.ts'
import { useLanguage } from '../../words/language.ts'
import { LANGUAGE_CODES, LANGUAGES } from '../../words/languages.ts'

/** Language and appearance, as the two switches of the top bar choose them. */
export function PreferencesSection() {
  const { code, choose, words } = useLanguage()
  const theme = useTheme()
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{words.nav.language}</legend>
        {LANGUAGE_CODES.map((one) => (
          <Choice key={one} name="language" isChosen={one === code} onChoose={() => choose(one)}>
            <span lang={one}>{LANGUAGES[one]}</span>
          </Choice>
        ))}
      </fieldset>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{words.nav.theme}</legend>
        {THEMES.map((one) => (
          <Choice key={one} name="theme" isChosen={one === theme} onChoose={() => chooseTheme(one)}>
            {words.nav.themes[one]}
          </Choice>
        ))}
      </fieldset>
    </div>
  )
}

type ChoiceProps = { name: string; isChosen: boolean; onChoose: () => void; children: ReactNode }

function Choice({ name, isChosen, onChoose, children }: ChoiceProps) {
  return (
    <label className="flex min-h-9 w-fit cursor-pointer items-center gap-2.5 pr-2 text-sm">
      <input type="radio" name={name} className="size-4 accent-brand" checked={isChosen} onChange={onChoose} />
      {children}
    </label>
  )
}
