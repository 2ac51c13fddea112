import {
  CircleCheck,
  CircleSlash,
  CircleX,
  CloudOff,
  KeyRound,
  LockKeyhole,
  type LucideIcon,
  TimerOff,
  Trash2,
  WifiOff,
} from 'lucide-react'
import type { FailureCode } from '../../lib/failure.ts'
import type { Words } from '../../words/en.ts'
import type { LinkView } from './link-view.ts'
import type { LinkMethod } from './usePairing.ts'

/** What stands in the place of the QR. */
export type LinkMessage = {
  /** Absent: somebody is at work. */
  icon?: LucideIcon
  tone?: 'good' | 'bad'
  title: string
  hint?: string | undefined
  /** The words of the button that tries again; absent: that would be in vain. */
  again?: string
}

type Surroundings = { words: Words; phone: (number: string | null) => string; method: LinkMethod; isOnline: boolean }

/** Says where a link is, when there is nothing to scan. */
export function linkMessage(view: LinkView, { words, phone, method, isOnline }: Surroundings): LinkMessage | null {
  const text = words.link
  switch (view.step) {
    case 'idle':
      return null
    case 'starting':
    case 'scan':
      return isOnline ? { title: text.starting } : browserOffline(text)
    case 'linking':
      return { title: text.linking, hint: text.linkingHint }
    case 'cancelling':
      return { title: text.cancelling }
    case 'connected':
      return {
        icon: CircleCheck,
        tone: 'good',
        title: text.connected,
        hint: view.already ? text.alreadyLinked : view.phoneNumber ? text.connectedAs(phone(view.phoneNumber)) : undefined,
      }
    case 'expired':
      return {
        icon: TimerOff,
        title: text.expired,
        hint: method === 'qr' ? text.expiredHint : text.pairing.expiredHint,
        again: text.newCode,
      }
    case 'cancelled':
      return { icon: CircleSlash, title: text.cancelled, hint: text.cancelledHint, again: text.newCode }
    case 'cancel_failed':
      return { icon: CircleX, tone: 'bad', title: text.cancelFailed, hint: words.failures[view.code] }
    case 'offline': {
      if (!isOnline) return browserOffline(text)
      const [title, hint] = offlineWords(view.code, text)
      return { icon: CloudOff, title, hint, again: words.common.tryAgain }
    }
    case 'failed':
      return failure(view, words)
  }
}

function browserOffline(text: Words['link']): LinkMessage {
  return { icon: WifiOff, title: text.browserOffline, hint: text.browserOfflineHint }
}

/** Who does not answer, as far as that is known. */
function offlineWords(code: FailureCode, text: Words['link']): [title: string, hint: string] {
  if (code === 'worker_offline') return [text.offline, text.offlineHint]
  if (code === 'not_ready') return [text.notReady, text.notReadyHint]
  if (code === 'rate_limited') return [text.busy, text.busyHint]
  return [text.unreachable, text.unreachableHint]
}

function failure({ code, reason }: Extract<LinkView, { step: 'failed' }>, { link: text, ...words }: Words): LinkMessage {
  const again = words.common.tryAgain
  if (reason === 'passkey_required') return { icon: KeyRound, title: text.passkey, hint: text.passkeyHint, again }
  if (code === 'forbidden') return { icon: LockKeyhole, title: text.roleLost, hint: text.roleLostHint }
  if (code === 'not_found') return { icon: Trash2, title: text.deleted, hint: text.deletedHint, again: text.linkNew }
  if (code === 'limit_reached') return { icon: CircleSlash, title: text.limit, hint: text.limitHint, again }
  const hint = reason ? sentence(words.reasons[reason]) : code ? words.failures[code] : undefined
  return { icon: CircleX, tone: 'bad', title: text.failed, hint, again }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
