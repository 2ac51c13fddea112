import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'
import type { WantedName } from './typed-name.ts'

/** Where the name of what is to be reset is typed: a slip of the finger types none. */
export function TypedName({ wanted, typed, onType }: { wanted: WantedName; typed: string; onType: (typed: string) => void }) {
  const text = useWords().removal
  return (
    <Field
      className="mt-3"
      label={text.type[wanted.kind]}
      hint={text.typeThis(wanted.text)}
      value={typed}
      onChange={(event) => onType(event.target.value)}
      inputMode={wanted.kind === 'number' ? 'tel' : 'text'}
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
    />
  )
}
