import { useQuery } from '@tanstack/react-query'
import { ContactRound } from 'lucide-react'
import { usePhoneLabel } from '../../../lib/phone-label.ts'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { Button } from '../../../ui/button.tsx'
import { useWords } from '../../../words/words.ts'
import { LoadingLines } from '../LoadingLines.tsx'
import { TabFailure } from '../TabFailure.tsx'
import { NameList } from './NameList.tsx'
import { contactsQuery } from './name-queries.ts'
import { useAge } from './useAge.ts'

type ContactsProps = {
  sessionId: string
  isConnected: boolean
  /** Somebody wants to write to this number (E.164); `null` where nobody may. */
  onWrite: ((phoneNumber: string) => void) | null
}

/** The contacts of the linked account. */
export function Contacts({ sessionId, isConnected, onWrite }: ContactsProps) {
  const words = useWords().session
  const phone = usePhoneLabel()
  const contacts = useQuery(contactsQuery(useSupabase(), sessionId, isConnected))
  const { data, error } = contacts
  const age = useAge(data)
  return (
    <section aria-labelledby="contacts-title" className="space-y-4">
      <h2 id="contacts-title" className="sr-only">
        {words.contacts}
      </h2>
      {contacts.isPending && <LoadingLines />}
      {error && (
        <TabFailure
          code={asFailure(error).code}
          reference={asFailure(error).reference}
          onRetry={() => void contacts.refetch()}
          notLinked={{ title: words.names.notLinked, hint: words.names.notLinkedHint }}
        />
      )}
      {!error && data && (
        <NameList
          all={data.contacts.map((contact) => ({ ...contact, keys: contact.phoneNumber ?? '' }))}
          searchLabel={words.names.searchContacts}
          count={words.names.contactCount(data.contacts.length)}
          age={age}
          isAsking={contacts.isFetching}
          onAskAgain={() => void contacts.refetch()}
          empty={{ icon: ContactRound, title: words.names.noContacts, hint: words.names.noContactsHint }}
        >
          {({ name, phoneNumber }) => (
            <>
              <span className="flex min-w-0 flex-1 flex-col gap-x-4 sm:flex-row sm:items-center">
                <span className="min-w-0 flex-1 break-words">
                  {name ? <bdi className="font-medium">{name}</bdi> : <em className="text-muted">{words.names.unnamedContact}</em>}
                </span>
                <span className="text-note text-muted tabular-nums">{phone(phoneNumber) || words.names.anonymous}</span>
              </span>
              {onWrite && phoneNumber && (
                <Button
                  size="small"
                  look="ghost"
                  aria-label={words.names.writeTo(name ?? phone(phoneNumber))}
                  onClick={() => onWrite(phoneNumber)}
                >
                  {words.names.write}
                </Button>
              )}
            </>
          )}
        </NameList>
      )}
    </section>
  )
}
