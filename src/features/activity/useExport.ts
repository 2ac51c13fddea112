import { useCallback, useEffect, useRef, useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { saveFile } from '../../lib/save-file.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useWords } from '../../words/words.ts'
import { type ActivityRow, allActivity } from './activity-query.ts'
import type { Filters } from './filters.ts'

type Exported = { organization: { id: string; name: string }; filters: Filters }

/** Saves all that matches as a file. `rows`: how many were fetched so far; `null` while nothing is exported. */
export function useExport({ organization, filters }: Exported): { rows: number | null; begin: () => Promise<void>; cancel: () => void } {
  const client = useSupabase()
  const words = useWords()
  const [rows, setRows] = useState<number | null>(null)
  const current = useRef<AbortController | null>(null)
  const cancel = useCallback(() => current.current?.abort(), [])
  useEffect(() => cancel, [cancel])

  const begin = async () => {
    if (current.current) return
    const stop = new AbortController()
    current.current = stop
    setRows(0)
    const found: ActivityRow[] = []
    try {
      // Fetched with the first export.
      const { activityCsv, csvName } = await import('./activity-csv.ts')
      for await (const page of allActivity(client, { organizationId: organization.id, filters }, stop.signal)) {
        found.push(...page)
        setRows(found.length)
      }
      if (stop.signal.aborted) return
      saveFile(csvName(organization.name, new Date()), activityCsv(found), 'text/csv;charset=utf-8')
      toast.success(words.activity.exported(found.length))
    } catch (error) {
      if (!stop.signal.aborted) toast.error(words.activity.exportFailed(words.failures[asFailure(error).code]))
    } finally {
      current.current = null
      setRows(null)
    }
  }
  return { rows, begin, cancel }
}
