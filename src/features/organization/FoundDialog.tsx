import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useWords } from '../../words/words.ts'
import { FoundForm } from './FoundForm.tsx'
import type { OrganizationChoice } from './organization.ts'

/** Founds one more organisation and goes there. */
export function FoundDialog({ choice, onClose }: { choice: OrganizationChoice; onClose: () => void }) {
  const words = useWords()
  return (
    <Dialog title={words.organization.newTitle} description={words.organization.newHint} onEscape={onClose} isForm className="sm:max-w-md">
      <FoundForm
        userId={choice.userId}
        isInDialog
        onFounded={(id) => {
          choice.choose(id)
          onClose()
        }}
        aside={<Button onClick={onClose}>{words.common.cancel}</Button>}
      />
    </Dialog>
  )
}
