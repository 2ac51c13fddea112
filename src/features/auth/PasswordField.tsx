import { type ComponentProps, useId, useState } from 'react'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'

/** A password, which can be shown to who types it. */
export function PasswordField(props: Omit<ComponentProps<typeof Field>, 'type' | 'aside'>) {
  const words = useWords().password
  const [isShown, setShown] = useState(false)
  const nameId = useId()
  return (
    <Field
      {...props}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      aside={
        <>
          <span id={nameId} hidden>
            {props.label}
          </span>
          <button
            type="button"
            aria-describedby={nameId}
            aria-pressed={isShown}
            className="-my-1 min-h-8 rounded-md px-1.5 text-note font-medium text-muted hover:text-ink"
            onClick={() => setShown(!isShown)}
          >
            {isShown ? words.hide : words.show}
          </button>
        </>
      }
    />
  )
}
