import { copyText } from '../lib/copy-text.ts'
import { Button } from './button.tsx'

/** What is said around a reference. */
export type ReferenceWords = { label: string; copy: string; copied: string; copyFailed: string }

/** By which a call is found in the logs of function and worker: for whoever asks for help. */
export function Reference({ id, words }: { id: string; words: ReferenceWords }) {
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-2 text-xs">
      {words.label} <code className="select-all break-all">{id}</code>
      <Button size="small" look="ghost" onClick={() => void copyText(id, words)}>
        {words.copy}
      </Button>
    </span>
  )
}
