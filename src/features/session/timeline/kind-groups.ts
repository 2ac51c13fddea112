import { TIMELINE_KINDS, type TimelineKind } from '#domain/events.ts'

/** What a timeline can be filtered by. */
export const KIND_GROUPS = ['connection', 'linking', 'messages', 'changes'] as const
export type KindGroup = (typeof KIND_GROUPS)[number]

export const GROUP_OF: Record<TimelineKind, KindGroup> = {
  status: 'connection',
  stop_requested: 'connection',
  start_requested: 'connection',
  connection_closed: 'connection',
  storage_failed: 'connection',
  credentials_damaged: 'connection',
  backup_restored: 'connection',
  link_requested: 'linking',
  link_attempt: 'linking',
  pairing_code_requested: 'linking',
  link_expired: 'linking',
  linked: 'linking',
  text_refused: 'messages',
  text_unanswered: 'messages',
  created: 'changes',
  renamed: 'changes',
  deleted: 'changes',
  clear_ordered: 'changes',
  cleared: 'changes',
  set_aside: 'changes',
  notes_lost: 'changes',
}

export function kindsOf(group: KindGroup): TimelineKind[] {
  return TIMELINE_KINDS.filter((kind) => GROUP_OF[kind] === group)
}
