import type { Receipt } from '#domain/clearance.ts'
import { useFileSize } from '../../lib/useFileSize.ts'
import { useWords } from '../../words/words.ts'
import type { Step } from './steps.ts'

/** What a receipt says of each step, in words. */
export function useStepResults(): (receipt: Receipt) => Record<Step, string> {
  const text = useWords().removal
  const size = useFileSize()
  return ({ remoteUnlink, removed }) => {
    const files = (found: { files: number; bytes: number }) => (found.files > 0 ? text.files(found.files, size(found.bytes)) : text.none)
    const number = (count: number) => (count > 0 ? String(count) : text.none)
    return {
      unlink: text.unlinks[remoteUnlink],
      queue: number(removed.outbox.messages),
      backups: files(removed.backups),
      credentials: files(removed.credentials),
      names: number(removed.names),
      verified: text.nothingLeft,
    }
  }
}
