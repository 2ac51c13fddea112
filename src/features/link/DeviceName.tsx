import { Check } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Field } from '../../ui/field.tsx'
import { useWords } from '../../words/words.ts'

type DeviceNameProps = {
  /** `null` until the session is stored. */
  session: { id: string; name: string | null } | null
  onRename: (sessionId: string, name: string) => Promise<void>
  className: string
}

/** How long after the last key the name is stored, milliseconds. */
const STORE_AFTER = 500

/** Names the device while its code waits. It is stored by itself: whoever has typed it takes up the phone next. */
export function DeviceName({ session, onRename, className }: DeviceNameProps) {
  const words = useWords()
  const [name, setName] = useState(session?.name ?? '')
  const [stored, setStored] = useState(session?.name ?? '')
  const sessionId = session?.id ?? null
  const wanted = name.trim()
  useEffect(() => {
    if (sessionId === null || wanted === stored) return undefined
    const timer = setTimeout(() => void onRename(sessionId, wanted).then(() => setStored(wanted)), STORE_AFTER)
    return () => clearTimeout(timer)
  }, [sessionId, wanted, stored, onRename])
  return (
    <Field
      className={className}
      label={words.link.name}
      placeholder={words.link.namePlaceholder}
      value={name}
      maxLength={80}
      disabled={!session}
      autoComplete="off"
      onChange={(event) => setName(event.target.value)}
      aside={
        <output className="flex items-center gap-1 text-xs text-good">
          {stored !== '' && stored === wanted && (
            <>
              <Check aria-hidden className="size-3.5" />
              {words.link.nameSaved}
            </>
          )}
        </output>
      }
    />
  )
}
