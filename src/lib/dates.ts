import { format } from 'date-fns/format'
import { formatDistanceStrict } from 'date-fns/formatDistanceStrict'
import { useMemo } from 'react'
import { useLanguage } from '../words/language.ts'

/** A time as ISO 8601 or milliseconds since 1970. */
type Time = string | number

/** How dates and times are written in the language of the page, in the browser's time zone. */
export function useDates() {
  const { locale } = useLanguage()
  return useMemo(
    () => ({
      /** As in "14:03". */
      time: (time: Time) => format(time, 'p', { locale }),
      /** As in "22 Nov 2026". */
      date: (time: Time) => format(time, 'PP', { locale }),
      /** As in "22 Nov 2026, 14:03". */
      dateTime: (time: Time) => format(time, 'PP p', { locale }),
      /** As in "3 minutes ago"; `now` in milliseconds since 1970. A clock that is ahead of ours makes no future of it. */
      ago: (time: Time, now: number) => formatDistanceStrict(Math.min(new Date(time).getTime(), now), now, { addSuffix: true, locale }),
      /** As in "in 3 minutes"; what should have been already is now. */
      until: (time: Time, now: number) => formatDistanceStrict(Math.max(new Date(time).getTime(), now), now, { addSuffix: true, locale }),
      /** As in "3 minutes". */
      duration: (milliseconds: number) => formatDistanceStrict(0, milliseconds, { locale }),
    }),
    [locale],
  )
}
