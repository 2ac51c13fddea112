import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { useWords } from '../../words/words.ts'
import { LeaveDialog } from './LeaveDialog.tsx'
import { useOrganization } from './organization.ts'

/** The organisations of whoever looks, with their role, each to be left. */
export function MyOrganizations({ onToMembers }: { onToMembers: () => void }) {
  const words = useWords().organization
  const { all, choose } = useOrganization()
  const [leaving, setLeaving] = useState<string | null>(null)
  const left = all.find(({ id }) => id === leaving)
  return (
    <>
      <ul className="divide-y divide-line">
        {all.map(({ id, name, role }) => (
          <li key={id} className="flex items-center gap-3 py-2.5 first:pt-0 last:pb-0">
            <div className="min-w-0 flex-1">
              <p className="truncate text-sm font-medium">{name}</p>
              <p className="text-note text-muted">{words.roles[role]}</p>
            </div>
            <Button size="small" aria-label={words.leaveOne(name)} onClick={() => setLeaving(id)}>
              {words.leave}
            </Button>
          </li>
        ))}
      </ul>
      {left && (
        <LeaveDialog
          organization={left}
          onClose={() => setLeaving(null)}
          onToMembers={() => {
            choose(left.id)
            onToMembers()
          }}
        />
      )}
    </>
  )
}
