import { PencilLine } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'

type RenameInPlaceProps = {
  name: string | null
  label: string
  mayChange: boolean
  /** Stores it; an empty one takes the name away. Throws a `Failure`. */
  onRename: (name: string) => Promise<void>
}

/** The longest name that the database takes. */
const MAX_LENGTH = 80

/** What a device is called, and a field in its place for who wants to call it something else. */
export function RenameInPlace({ name, label, mayChange, onRename }: RenameInPlaceProps) {
  const words = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const [problem, setProblem] = useState<FailureCode | null>(null)
  const [isSaving, setSaving] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  const fieldId = useId()
  const noteId = useId()
  const close = () => {
    setTyped(null)
    setProblem(null)
    // Once the pencil stands there again.
    requestAnimationFrame(() => pencil.current?.focus())
  }
  const save = async (wanted: string) => {
    if (wanted.trim() === (name ?? '')) return close()
    setSaving(true)
    setProblem(null)
    try {
      await onRename(wanted)
      close()
    } catch (error) {
      setProblem(asFailure(error).code)
    }
    setSaving(false)
  }
  if (typed === null)
    return (
      <p className="flex min-h-9 min-w-0 items-center gap-1 text-sm">
        {name === null ? <span className="text-muted">{words.session.unnamed}</span> : <bdi className="min-w-0 break-words">{name}</bdi>}
        {mayChange && (
          <Button ref={pencil} look="ghost" size="icon" aria-label={words.session.renameOf(label)} onClick={() => setTyped(name ?? '')}>
            <PencilLine aria-hidden className="size-4" />
          </Button>
        )}
      </p>
    )
  return (
    <form
      className="flex max-w-md flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isSaving) void save(typed)
      }}
    >
      <label htmlFor={fieldId} className="sr-only">
        {words.session.name}
      </label>
      <input
        id={fieldId}
        ref={selected}
        dir="auto"
        maxLength={MAX_LENGTH}
        autoComplete="off"
        value={typed}
        aria-invalid={problem ? true : undefined}
        aria-describedby={noteId}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
        }}
        className="h-9 min-w-0 flex-1 basis-full rounded-lg border border-line-strong bg-surface px-2.5 text-base sm:basis-40 text-ink focus-visible:border-brand focus-visible:outline-offset-0 aria-invalid:border-bad sm:text-sm"
      />
      <Button size="small" look="primary" type="submit" aria-disabled={isSaving}>
        {isSaving ? words.session.saving : words.session.save}
      </Button>
      <Button size="small" onClick={close}>
        {words.common.cancel}
      </Button>
      <p id={noteId} role={problem ? 'alert' : undefined} className={problem ? 'w-full text-note text-bad' : 'w-full text-note text-muted'}>
        {problem ? words.failures[problem] : words.session.nameHint}
      </p>
    </form>
  )
}

/** On opening, what stands there is replaced by what is typed. */
function selected(field: HTMLInputElement | null): void {
  if (field && document.activeElement !== field) {
    field.focus()
    field.select()
  }
}
