import { ContactList, GroupList } from '#domain/names.ts'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { askWorker, type Client } from '../../../lib/supabase.ts'

/** For so long what was told is not asked for again, milliseconds. */
const FRESH = 30_000

/**
 * The groups of the linked account: asked of WhatsApp while it is online, else as last kept; asked again when that changes (`isConnected`).
 * Throws a `Failure`.
 */
export function groupsQuery(client: Client, sessionId: string, isConnected: boolean) {
  return queryOptions({
    queryKey: ['whatsapp-names', sessionId, 'groups', isConnected],
    queryFn: ({ signal }) => askWorker(client, `${sessionId}/groups`, { method: 'GET', signal }, GroupList),
    staleTime: FRESH,
    retry: false,
    placeholderData: keepPreviousData,
  })
}

/** The contacts of the linked account, as its phone told them. Throws a `Failure`. */
export function contactsQuery(client: Client, sessionId: string, isConnected: boolean) {
  return queryOptions({
    queryKey: ['whatsapp-names', sessionId, 'contacts', isConnected],
    queryFn: ({ signal }) => askWorker(client, `${sessionId}/contacts`, { method: 'GET', signal }, ContactList),
    staleTime: FRESH,
    retry: false,
    placeholderData: keepPreviousData,
  })
}
