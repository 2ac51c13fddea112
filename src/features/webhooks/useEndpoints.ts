import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import {
  createWebhook,
  deleteWebhook,
  type Endpoint,
  type EndpointDraft,
  endpointsQuery,
  rotateSecret,
  updateWebhook,
  webhooksKey,
} from './webhook-queries.ts'

/** The endpoints of an organisation, and what its owners and admins do with them. */
export function useEndpoints(organizationId: string) {
  const client = useSupabase()
  const failures = useWords().failures
  const words = useWebhookWords()
  const queries = useQueryClient()
  const endpoints = useQuery(endpointsQuery(client, organizationId))
  const onSettled = () => queries.invalidateQueries({ queryKey: webhooksKey(organizationId) })
  const onError = (error: unknown) => {
    const { code } = asFailure(error)
    toast.error(code === 'not_found' ? words.goneAlready : failures[code])
  }
  const draftOf = ({ url, description, events }: Endpoint): EndpointDraft => ({ url, description, events })
  return {
    endpoints: endpoints.data,
    /** Why nothing could ever be read. */
    loadError: endpoints.data ? null : endpoints.error,
    tryAgain: () => void endpoints.refetch(),
    // What answers with a secret is forgotten as soon as nobody looks at it.
    create: useMutation({ mutationFn: (draft: EndpointDraft) => createWebhook(client, organizationId, draft), gcTime: 0, onSettled }),
    rotate: useMutation({
      mutationFn: ({ id, overlapHours }: { id: string; overlapHours: number }) => rotateSecret(client, id, overlapHours),
      gcTime: 0,
      onSettled,
    }),
    update: useMutation({
      mutationFn: ({ endpoint, draft }: { endpoint: Endpoint; draft: EndpointDraft }) =>
        updateWebhook(client, endpoint.id, draft, endpoint.enabled),
      onSuccess: () => toast.success(words.form.saved),
      onSettled,
    }),
    setEnabled: useMutation({
      mutationFn: ({ endpoint, enabled }: { endpoint: Endpoint; enabled: boolean }) =>
        updateWebhook(client, endpoint.id, draftOf(endpoint), enabled),
      onSuccess: (_, { enabled }) => toast.success(enabled ? words.switchedOn : words.switchedOff),
      onError,
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (endpoint: Endpoint) => deleteWebhook(client, endpoint.id),
      onSuccess: () => toast.success(words.deleted),
      onError,
      // Not waited for: whoever deleted it leaves its page before that finds it gone.
      onSettled: () => void onSettled(),
    }),
  }
}

export type Endpoints = ReturnType<typeof useEndpoints>
