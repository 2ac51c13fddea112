import { Check } from 'lucide-react'
import { useState } from 'react'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'

type DeviceNameProps = {
  /** `null` until the session is stored. */
  session: { id: string; name: string | null } | null
  onRename: (sessionId: string, name: string) => Promise<void>
  className: string
}

/** Names the device while its code waits; stored on Enter or when the field is left. */
export function DeviceName({ session, onRename, className }: DeviceNameProps) {
  const words = useWords()
  const [name, setName] = useState(session?.name ?? '')
  const [stored, setStored] = useState(session?.name ?? '')
  const store = async () => {
    if (!session || name.trim() === stored) return
    await onRename(session.id, name)
    setStored(name.trim())
  }
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault()
        void store()
      }}
    >
      <Field
        label={words.link.name}
        placeholder={words.link.namePlaceholder}
        value={name}
        maxLength={80}
        disabled={!session}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
        onBlur={() => void store()}
        aside={
          <output className="flex items-center gap-1 text-xs text-good">
            {stored !== '' && stored === name.trim() && (
              <>
                <Check aria-hidden className="size-3.5" />
                {words.link.nameSaved}
              </>
            )}
          </output>
        }
      />
    </form>
  )
}
