import { ROLES } from '../../lib/roles.ts'
import { useWords } from '../../words/words.ts'

/** What each role may do, a sentence each. */
export function RolesExplained() {
  const words = useWords()
  return (
    <section aria-labelledby="roles">
      <h2 id="roles" className="mb-2 text-sm font-semibold tracking-tight">
        {words.members.rolesTitle}
      </h2>
      <dl className="space-y-1.5 text-note">
        {ROLES.map((role) => (
          <div key={role} className="sm:flex sm:gap-3">
            <dt className="shrink-0 font-medium sm:w-32">{words.organization.roles[role]}</dt>
            <dd className="text-muted">{words.members.may[role]}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
