import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { useLocation } from 'wouter'
import { myInvitationsQuery } from '../../features/organization/my-invitations.ts'
import { MyInvitations } from '../../features/organization/MyInvitations.tsx'
import { MyOrganizations } from '../../features/organization/MyOrganizations.tsx'
import { useOrganization } from '../../features/organization/organization.ts'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { useTitle } from '../../lib/useTitle.ts'
import { useWords } from '../../words/words.ts'
import { PasswordSection } from './PasswordSection.tsx'
import { PreferencesSection } from './PreferencesSection.tsx'
import { SignOutSection } from './SignOutSection.tsx'

/** The profile of whoever is signed in. */
export default function AccountPage({ email }: { email: string }) {
  const words = useWords()
  const text = words.account
  useTitle(text.title)
  const { userId, choose } = useOrganization()
  const invitations = useQuery(myInvitationsQuery(useSupabase(), userId))
  const [, goTo] = useLocation()
  return (
    <div className="space-y-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">{text.title}</h1>
        <p className="text-sm break-words text-muted">
          {text.signedInAs} <span className="font-medium text-ink">{email}</span>
        </p>
      </div>
      {invitations.data && invitations.data.length > 0 && (
        <section aria-labelledby="my-invitations">
          <h2 id="my-invitations" className="mb-2 text-sm font-semibold tracking-tight">
            {words.organization.invitations}
          </h2>
          <MyInvitations
            userId={userId}
            onJoined={(id) => {
              choose(id)
              goTo(ADDRESSES.devices)
            }}
          />
        </section>
      )}
      <Section title={text.organizations}>
        <MyOrganizations onToMembers={() => goTo(ADDRESSES.members)} />
      </Section>
      <Section title={words.password.change} hint={text.passwordHint}>
        <PasswordSection email={email} />
      </Section>
      <Section title={text.preferences}>
        <PreferencesSection />
      </Section>
      <Section title={text.signOutTitle} hint={text.signOutHint}>
        <SignOutSection />
      </Section>
    </div>
  )
}

function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="grid gap-4 rounded-2xl border border-line bg-surface p-5 md:grid-cols-[15rem_1fr] md:gap-8">
      <div>
        <h2 id={id} className="text-sm font-semibold tracking-tight">
          {title}
        </h2>
        {hint && <p className="mt-1 text-note text-muted">{hint}</p>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  )
}
