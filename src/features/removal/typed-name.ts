import { type PhoneLabel, type SessionOverview, shortId } from '../../lib/session-overview.ts'

/** What has to be typed before a linked session is reset: its name; its number where it has none that can be typed; else what stands for both. */
export type WantedName = { kind: 'name' | 'number' | 'id'; text: string }

export function wantedName(session: Pick<SessionOverview, 'display_name' | 'phone_number' | 'id'>, phone: PhoneLabel): WantedName {
  if (session.display_name && plain(session.display_name)) return { kind: 'name', text: session.display_name }
  if (session.phone_number) return { kind: 'number', text: phone(session.phone_number) }
  return { kind: 'id', text: shortId(session.id).replace('…', '') }
}

/** Whether that was typed: case, spaces and what cannot be seen do not matter, nor how a number is punctuated. */
export function isTyped(typed: string, { kind, text }: WantedName): boolean {
  const digits = (label: string) => label.replaceAll(/\D/g, '')
  const wanted = kind === 'number' ? digits(text) : plain(text)
  return (kind === 'number' ? digits(typed) : plain(typed)) === wanted && wanted !== ''
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Cf}\p{Cc}]/gu, '')
}
