import { followLink } from './follow-link.ts'
import { hopefulWait, onReturn } from './reasons-to-hope.ts'

type Follow = Pick<Parameters<typeof followLink>[0], 'open' | 'onView' | 'signal'>

/** Follows a link as a page in a browser does, which knows when there is reason to try again. */
export function followLinkHere(follow: Follow): Promise<void> {
  return followLink({ ...follow, wait: hopefulWait, onReturn })
}
