import { TIMELINE_EVENTS, type TimelineKind } from '#domain/events.ts'
import * as z from 'zod/mini'
import type { useDates } from '../../../lib/dates.ts'
import type { Words } from '../../../words/en.ts'

/** An entry in words. */
export type Told = {
  title: string
  /** Why, and what else is known; our words. */
  notes: string[]
  /** A name before and after; somebody else's words. */
  names: { from: string | null; to: string | null } | null
  /** What the worker noted as it was; technical. */
  raw: string | null
  /** How often, where it was more than once. */
  count: number
}

type Tools = { words: Words; dates: ReturnType<typeof useDates> }
type Detail<K extends TimelineKind> = z.infer<(typeof TIMELINE_EVENTS)[K]>
type Tell = { [K in TimelineKind]: (detail: Detail<K>, tools: Tools) => Partial<Told> }

const nothing = () => ({})

const TELL: Tell = {
  created: nothing,
  renamed: ({ from, to }) => ({ names: { from, to } }),
  deleted: ({ status }, { words }) => ({ notes: [words.timeline.before(words.states[status])] }),
  status: ({ from, to, reason, generation }, { words }) => ({
    title: words.timeline.became[to],
    notes: [
      ...(reason ? [words.reasons[reason]] : []),
      ...(from === to ? [] : [words.timeline.before(words.states[from])]),
      ...(generation > 1 ? [words.timeline.link(generation)] : []),
    ],
  }),
  link_requested: nothing,
  stop_requested: nothing,
  start_requested: nothing,
  clear_ordered: ({ reason }, { words }) => ({ notes: [words.session.removals.why[reason]] }),
  cleared: ({ reason, remote_unlink }, { words }) => ({
    notes: [words.session.removals.why[reason], ...(remote_unlink ? [words.session.removals.unlink[remote_unlink]] : [])],
  }),
  link_attempt: nothing,
  pairing_code_requested: ({ phoneNumberEnd }, { words }) => ({ notes: [words.timeline.numberEnd(phoneNumberEnd)] }),
  link_expired: ({ cause }, { words }) => ({ notes: [words.timeline.causes[cause]] }),
  linked: ({ phoneNumberEnd }, { words }) => ({ notes: [words.timeline.numberEnd(phoneNumberEnd)] }),
  connection_closed: ({ code, reason, retryInMs }, { words, dates }) => ({
    notes: [
      ...(reason ? [words.reasons[reason]] : []),
      words.timeline.code(code),
      retryInMs === null ? words.timeline.noRetry : words.timeline.retryIn(dates.duration(Math.max(1000, retryInMs))),
    ],
  }),
  storage_failed: ({ error }) => ({ raw: error }),
  credentials_damaged: ({ reason }) => ({ raw: reason }),
  backup_restored: ({ from }, { words, dates }) => {
    const at = Date.parse(from.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'))
    return { notes: [words.timeline.backupOf(Number.isNaN(at) ? from : dates.dateTime(at))] }
  },
  set_aside: ({ place, reason }, { words }) => ({
    notes: [Object.entries(words.timeline.places).find(([name]) => name === place)?.[1] ?? place],
    raw: reason,
  }),
  text_refused: ({ id }, { words }) => ({ notes: [words.timeline.textId(id)] }),
  text_unanswered: ({ id }, { words }) => ({ notes: [words.timeline.textId(id)] }),
  notes_lost: ({ lost }, { words }) => ({ notes: [words.timeline.lost(lost)] }),
}

/** Says what an entry of the timeline tells. What it holds beyond what this page knows is left out, and the rest is told all the same. */
export function tellEntry(kind: string, detail: unknown, tools: Tools): Told {
  const told = { title: tools.words.timeline.unknown, notes: [], names: null, raw: null, count: countOf(detail) }
  return isKind(kind) ? { ...told, ...tellKnown(kind, detail, tools) } : told
}

function tellKnown(kind: TimelineKind, detail: unknown, tools: Tools): Partial<Told> {
  const parsed = z.safeParse(TIMELINE_EVENTS[kind], detail)
  // Of its kind, by the line above; that the two go together cannot be said in types.
  const tell = TELL[kind] as (known: unknown, tools: Tools) => Partial<Told>
  return { title: tools.words.timeline.events[kind], ...(parsed.success && tell(parsed.data, tools)) }
}

function isKind(kind: string): kind is TimelineKind {
  return Object.hasOwn(TIMELINE_EVENTS, kind)
}

const Counted = z.object({ count: z.int().check(z.minimum(1)) })

function countOf(detail: unknown): number {
  return z.safeParse(Counted, detail).data?.count ?? 1
}
