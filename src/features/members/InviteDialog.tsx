import { type FormEvent, useState } from 'react'
import { useConfig } from '../../lib/config.ts'
import { asFailure } from '../../lib/failure.ts'
import { type Role, ROLES } from '../../lib/roles.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import type { Mailed, Members } from './useMembers.ts'

type InviteDialogProps = {
  organizationName: string
  actions: Members
  /** Somebody is invited. */
  onInvited: (email: string, mailed: Mailed) => void
  onClose: () => void
}

/** Whom to invite, and what they will be. */
export function InviteDialog({ organizationName, actions: { invite }, onInvited, onClose }: InviteDialogProps) {
  const words = useWords()
  const text = words.members
  const { mail } = useConfig()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('agent')
  const address = email.trim()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!address || invite.isPending) return
    invite.mutate(
      { email: address, role },
      {
        onSuccess: (mailed) => {
          onClose()
          onInvited(address, mailed)
        },
      },
    )
  }
  const refusal = invite.isError ? asFailure(invite.error).code : null
  return (
    <Dialog title={text.inviteTitle} description={text.inviteHint(organizationName)} onEscape={onClose} isForm className="sm:max-w-md">
      <form className="mt-5 space-y-5" onSubmit={submit}>
        <Field
          label={text.email}
          type="email"
          autoComplete="off"
          required
          maxLength={254}
          value={email}
          problem={refusal && (refusal === 'invalid_input' ? text.notAnAddress : words.failures[refusal])}
          onChange={(event) => {
            setEmail(event.target.value)
            if (invite.isError) invite.reset()
          }}
        />
        <fieldset>
          <legend className="mb-1.5 text-sm font-medium">{text.role}</legend>
          <div className="divide-y divide-line rounded-xl border border-line">
            {ROLES.toReversed().map((one) => (
              <div key={one} className="relative flex items-start gap-3 px-3.5 py-3">
                <input
                  type="radio"
                  name="role"
                  id={`invite-as-${one}`}
                  aria-describedby={`may-${one}`}
                  className="mt-0.5 size-4 shrink-0 accent-brand"
                  checked={role === one}
                  onChange={() => setRole(one)}
                />
                <div>
                  {/* The whole row is the label. */}
                  <label htmlFor={`invite-as-${one}`} className="block cursor-pointer text-sm font-medium after:absolute after:inset-0">
                    {words.organization.roles[one]}
                  </label>
                  <p id={`may-${one}`} className="text-note text-muted">
                    {text.may[one]}
                  </p>
                </div>
              </div>
            ))}
          </div>
        </fieldset>
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" disabled={!address || invite.isPending}>
            {invite.isPending && <Spinner />}
            {invite.isPending ? text.sending : mail ? text.send : text.create}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
