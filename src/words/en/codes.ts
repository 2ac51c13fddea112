import type { ClearReason } from '#domain/clearance.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { EffectiveState } from '#domain/session.ts'
import type { FailureCode } from '../../lib/failure.ts'

export const failures: Record<FailureCode, string> = {
  invalid_input: 'That was not accepted. Check what you typed and try again.',
  unauthorized: 'You are signed out. Sign in again.',
  invalid_command: 'The worker refused the order. Tell whoever runs Latchkey that its keys do not match.',
  clock_skew: 'The clocks of the server and the worker differ too much. Tell whoever runs Latchkey.',
  forbidden: 'Your role does not allow this. Ask an owner or admin.',
  not_found: 'This session does not exist any more.',
  method_not_allowed: 'This page and the server do not match. Reload the page.',
  already_connected: 'This device is connected already.',
  not_linked: 'This session is not linked to a phone.',
  not_connected: 'This session is not connected.',
  session_online: 'This session is online. Reset it instead.',
  order_missing: 'There is no order to remove this session. Reload the page.',
  ambiguous_phone_number: 'More than one session has this number.',
  link_ended: 'This attempt has ended. Ask for a new code.',
  limit_reached: 'There are as many as may be. Remove one that is not needed first.',
  already_member: 'This person is a member already.',
  worker_online: 'This worker is online: only one that is gone for good may be forgotten.',
  not_holder: 'Another worker holds this session by now. Try again.',
  payload_too_large: 'That is too long.',
  whatsapp_unavailable: 'WhatsApp did not answer. Try again in a moment.',
  rate_limited: 'Too many tries. Wait a minute and try again.',
  internal: 'Something went wrong on the server. Try again.',
  worker_offline: 'The worker is offline.',
  database_unavailable: 'The database cannot be reached. Try again in a moment.',
  not_ready: 'A part of the server is still starting. Try again in a moment.',
  storage_failed: 'The worker cannot write to its disk. Tell whoever runs Latchkey.',
  timeout: 'The worker took too long to answer. Try again.',
  unreachable: 'The server cannot be reached. Check your connection and try again.',
  wrong_credentials: 'E-mail or password is wrong.',
  email_not_confirmed: 'Confirm your e-mail address first: open the link that was sent to you.',
  unexpected_answer: 'The server gave an answer that this page does not understand. Reload the page.',
}

export const reasons: Record<StatusReason, string> = {
  link_expired: 'nobody scanned the code in time',
  link_cancelled: 'linking was cancelled',
  unlinked_from_phone: 'unlinked from the phone',
  reset: 'was reset',
  connection_lost: 'the connection was lost',
  replaced: 'another program uses this link; stopped so as not to fight over it',
  banned: 'WhatsApp refuses this number',
  bad_session: 'WhatsApp does not accept this link any more',
  credentials_damaged: 'its credentials are damaged',
  retries_exhausted: 'could not reconnect after many tries',
  passkey_required: 'this account asks for a passkey, which cannot be given here',
  version_outdated: 'WhatsApp demands a newer version of the worker',
  multidevice_mismatch: 'this phone does not support linked devices',
  storage_failed: 'the worker cannot write to its disk',
  link_unfinished: 'the phone never finished linking on this server: there is nothing to recover, link it again',
}

export const states: Record<EffectiveState, string> = {
  connecting: 'connecting',
  connected: 'connected',
  reconnecting: 'reconnecting',
  stopped: 'stopped',
  disconnected: 'disconnected',
  worker_offline: 'worker offline',
}

export const removalReasons: Record<ClearReason, string> = {
  cancel: 'cancelled',
  delete: 'deleted',
  purge: 'was stale',
  reset: 'reset',
  unlinked: 'unlinked from the phone',
}
