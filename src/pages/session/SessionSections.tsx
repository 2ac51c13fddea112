import { useState } from 'react'
import { navigate } from 'wouter/use-browser-location'
import { Messages } from '../../features/session/messages/Messages.tsx'
import { Contacts } from '../../features/session/names/Contacts.tsx'
import { Groups } from '../../features/session/names/Groups.tsx'
import { Removals } from '../../features/session/removals/Removals.tsx'
import type { SessionDetail } from '../../features/session/session-query.ts'
import { type SessionTab, SessionTabs } from '../../features/session/SessionTabs.tsx'
import { Timeline } from '../../features/session/timeline/Timeline.tsx'
import { useWords } from '../../words/words.ts'

// All that knows the phone numbers of the world, fetched when somebody writes to one.
const fetchNumberTools = () => import('../../features/link/phone-tools.ts')

type SessionSectionsProps = {
  organizationId: string
  sessionId: string
  /** `null`: it is gone; what happened to it can still be read. */
  session: SessionDetail | null
  mayChange: boolean
  /** Somebody wants to see all of an order to clear. */
  onOpenOrder: (orderId: string) => void
}

/** What there is to see of a session, by tabs. */
export function SessionSections({ organizationId, sessionId, session, mayChange, onOpenOrder }: SessionSectionsProps) {
  const words = useWords().session
  const isConnected = session?.effective_status === 'connected'
  const [writeTo, setWriteTo] = useState('')
  const write = (phoneNumber: string) => {
    setWriteTo(phoneNumber)
    navigate('#messages', { replace: true })
  }
  const lasting: SessionTab[] = [
    { name: 'timeline', label: words.timeline, content: <Timeline organizationId={organizationId} sessionId={sessionId} /> },
  ]
  const present: SessionTab[] = session
    ? [
        {
          name: 'messages',
          label: words.messages,
          content: (
            <Messages
              key={writeTo}
              sessionId={sessionId}
              mayChange={mayChange}
              isConnected={isConnected}
              initialTo={writeTo}
              fetchNumberTools={fetchNumberTools}
            />
          ),
        },
        { name: 'groups', label: words.groups, content: <Groups sessionId={sessionId} isConnected={isConnected} /> },
        {
          name: 'contacts',
          label: words.contacts,
          content: <Contacts sessionId={sessionId} isConnected={isConnected} onWrite={mayChange ? write : null} />,
        },
      ]
    : []
  const forAdmins: SessionTab[] = mayChange
    ? [
        {
          name: 'receipts',
          label: words.receipts,
          content: <Removals organizationId={organizationId} sessionId={sessionId} onOpen={onOpenOrder} />,
        },
      ]
    : []
  return <SessionTabs onChoose={() => setWriteTo('')} label={words.tabs} tabs={[...lasting, ...present, ...forAdmins]} />
}
