import { type FormEvent, useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { EventChoice } from './EventChoice.tsx'
import type { ChosenEvent } from './event-groups.ts'
import { isHere, MAX_URL_LENGTH, urlProblem } from './webhook-url.ts'
import type { Endpoint, EndpointDraft } from './webhook-queries.ts'

/** Characters; the most that the database takes. */
const MAX_DESCRIPTION_LENGTH = 200

type EndpointDialogProps = {
  /** Absent: one is added. */
  endpoint?: Endpoint
  /** Saves it; throws a `Failure`. */
  onSave: (draft: EndpointDraft) => Promise<void>
  onClose: () => void
}

/** What is called, and for which events. What is obviously wrong is said while it is typed. */
export function EndpointDialog({ endpoint, onSave, onClose }: EndpointDialogProps) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const text = words.form
  const [url, setUrl] = useState(endpoint?.url ?? '')
  const [description, setDescription] = useState(endpoint?.description ?? '')
  /** `null`: all. */
  const [events, setEvents] = useState<ChosenEvent[] | null>(chosenOf(endpoint))
  // Half an address is no mistake yet: only what can be read as one is judged while it is typed.
  const [isUrlLeft, setUrlLeft] = useState(false)
  const [isTried, setTried] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const problem = urlProblem(url)
  const isUrlJudged = isTried || (isUrlLeft && url.trim() !== '') || URL.canParse(url.trim())
  const isNoneChosen = events?.length === 0

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    setTried(true)
    if (isSaving) return
    if (problem) form.querySelector<HTMLInputElement>('[name=url]')?.focus()
    else if (isNoneChosen) form.querySelector<HTMLInputElement>('[name=event]')?.focus()
    if (problem || isNoneChosen) return
    setSaving(true)
    setRefusal(null)
    try {
      await onSave({ url: url.trim(), description: description.trim(), events: events ?? [] })
    } catch (error) {
      const { code } = asFailure(error)
      setRefusal(code === 'invalid_input' ? text.refused : code === 'not_found' ? words.goneAlready : failures[code])
      setSaving(false)
    }
  }
  return (
    <Dialog title={endpoint ? text.editTitle : text.addTitle} description={text.hint} onEscape={onClose} isForm className="sm:max-w-lg">
      <form noValidate className="mt-5 space-y-5" onSubmit={(event) => void submit(event)}>
        <Field
          label={text.url}
          name="url"
          type="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          required
          maxLength={MAX_URL_LENGTH + 1}
          placeholder="https://"
          value={url}
          hint={isHere(url) ? text.urlHere : text.urlHint}
          problem={refusal ?? (isUrlJudged && problem ? words.urlProblems[problem] : null)}
          onChange={(event) => {
            setUrl(event.target.value)
            setRefusal(null)
          }}
          onBlur={() => setUrlLeft(true)}
        />
        <Field
          label={text.description}
          name="description"
          autoComplete="off"
          maxLength={MAX_DESCRIPTION_LENGTH}
          value={description}
          hint={text.descriptionHint}
          onChange={(event) => setDescription(event.target.value)}
        />
        <EventChoice events={events} isRefused={isTried && isNoneChosen} onChoose={setEvents} />
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" look="primary" aria-disabled={isSaving}>
            {isSaving && <Spinner />}
            {isSaving ? text.saving : endpoint ? text.save : text.add}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function chosenOf(endpoint: Endpoint | undefined): ChosenEvent[] | null {
  if (!endpoint || endpoint.events.length === 0) return null
  return endpoint.events.filter((event) => event !== 'ping')
}
