import { Search, X } from 'lucide-react'
import { type RefObject, useEffect } from 'react'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'

type SearchFieldProps = {
  field: RefObject<HTMLInputElement | null>
  value: string
  onChange: (value: string) => void
  onSettle: () => void
}

/** Finds a device. `/` leads here from anywhere on the page, Escape empties it. */
export function SearchField({ field, value, onChange, onSettle }: SearchFieldProps) {
  const words = useWords()
  useEffect(() => {
    const seek = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', seek)
    return () => document.removeEventListener('keydown', seek)
  }, [field])
  const empty = () => {
    onChange('')
    field.current?.focus()
  }
  return (
    <div className="relative min-w-0 flex-1">
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-muted" />
      <input
        ref={field}
        type="search"
        aria-label={words.list.search}
        aria-keyshortcuts="/"
        placeholder={words.list.searchPlaceholder}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onSettle}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value !== '') {
            event.preventDefault()
            onChange('')
          }
        }}
        className="peer h-10 w-full appearance-none rounded-lg border border-line-strong bg-surface pr-10 pl-9 text-base text-ink placeholder:text-muted focus-visible:border-brand focus-visible:outline-offset-0 sm:text-sm [&::-webkit-search-cancel-button]:hidden"
      />
      {value === '' ? (
        <kbd
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 rounded border border-line px-1.5 font-sans text-xs text-muted peer-focus:hidden max-sm:hidden"
        >
          /
        </kbd>
      ) : (
        <Button look="ghost" size="icon" aria-label={words.list.clearSearch} className="absolute top-0.5 right-0.5" onClick={empty}>
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </div>
  )
}

/** Whether a key belongs to what has the focus: something to write in, or a dialog or menu that stands over the page. */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=menu]') !== null
  )
}
