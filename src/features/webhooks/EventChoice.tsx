import { useId } from 'react'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { type ChosenEvent, EVENT_GROUPS } from './event-groups.ts'

type EventChoiceProps = {
  /** `null`: all. */
  events: ChosenEvent[] | null
  /** Nothing is chosen, which is said. */
  isRefused: boolean
  onChoose: (events: ChosenEvent[] | null) => void
}

/** All events, or those that are ticked, group by group. */
export function EventChoice({ events, isRefused, onChoose }: EventChoiceProps) {
  const words = useWebhookWords()
  const problemId = useId()
  const toggle = (event: ChosenEvent, isWanted: boolean) => {
    const others = events?.filter((one) => one !== event) ?? []
    onChoose(isWanted ? [...others, event] : others)
  }
  return (
    <fieldset aria-describedby={isRefused ? problemId : undefined}>
      <legend className="mb-1.5 text-sm font-medium">{words.form.events}</legend>
      <div className="divide-y divide-line rounded-xl border border-line">
        <Scope label={words.form.all} hint={words.form.allHint} checked={events === null} onChange={() => onChoose(null)} />
        <div>
          <Scope label={words.form.some} checked={events !== null} onChange={() => onChoose(events ?? [])} />
          {events !== null &&
            EVENT_GROUPS.map(([group, ofGroup]) => (
              <fieldset key={group} className="px-3.5 pb-3 pl-10">
                <legend className="mb-1 text-xs font-medium text-muted">{words.groups[group]}</legend>
                {ofGroup.map((event) => (
                  <EventBox key={event} event={event} checked={events.includes(event)} onChange={(isWanted) => toggle(event, isWanted)} />
                ))}
              </fieldset>
            ))}
        </div>
      </div>
      {isRefused && (
        <p id={problemId} role="alert" className="mt-1.5 text-note text-bad">
          {words.form.noneChosen}
        </p>
      )}
    </fieldset>
  )
}

function Scope({ label, hint, checked, onChange }: { label: string; hint?: string; checked: boolean; onChange: () => void }) {
  const id = useId()
  return (
    <div className="relative flex items-start gap-3 px-3.5 py-2.5">
      <input
        type="radio"
        name="scope"
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-4 shrink-0 accent-brand"
        checked={checked}
        onChange={onChange}
      />
      <div>
        {/* The whole row is the label. */}
        <label htmlFor={id} className="block cursor-pointer text-sm font-medium after:absolute after:inset-0">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-note text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

type EventBoxProps = { event: ChosenEvent; checked: boolean; onChange: (isWanted: boolean) => void }

function EventBox({ event, checked, onChange }: EventBoxProps) {
  const words = useWebhookWords()
  const id = useId()
  return (
    <div className="relative flex min-h-9 items-start gap-3 py-1.5">
      <input
        type="checkbox"
        name="event"
        value={event}
        id={id}
        aria-describedby={`${id}-hint`}
        className="mt-0.5 size-4 shrink-0 accent-brand"
        checked={checked}
        onChange={({ target }) => onChange(target.checked)}
      />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <label htmlFor={id} className="cursor-pointer text-sm after:absolute after:inset-0">
            {words.events[event]}
          </label>
          <code className="text-xs break-all text-muted">{event}</code>
        </div>
        <p id={`${id}-hint`} className="text-note text-muted">
          {words.eventHints[event]}
        </p>
      </div>
    </div>
  )
}
