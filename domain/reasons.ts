import * as z from 'zod/mini'

/** Why a session is in its state (`status_reason`). Worded once per language in the dashboard. */
export const STATUS_REASONS = [
  'link_expired',
  'link_cancelled',
  'unlinked_from_phone',
  'reset',
  'connection_lost',
  'replaced',
  'banned',
  'bad_session',
  'credentials_damaged',
  'retries_exhausted',
  'passkey_required',
  'version_outdated',
  'multidevice_mismatch',
  'storage_failed',
  'link_unfinished',
] as const
export const StatusReason = z.enum(STATUS_REASONS)
export type StatusReason = (typeof STATUS_REASONS)[number]
