import postgres, { type TransactionSql } from 'postgres'
import * as z from 'zod'

/** A step of a plan, with what it read: Postgres counts rows for each time that the step was taken. */
type Step = {
  'Node Type': string
  'Relation Name'?: string | undefined
  'Index Name'?: string | undefined
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number | undefined
  Plans?: Step[] | undefined
}
const Step: z.ZodType<Step> = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(Step).optional()
  },
})
const Explained = z.object({ 'Query Text': z.string(), Plan: Step })

/** How a call was carried out: by which indexes, which tables were read from one end to the other, and how many rows were looked at. */
export type Carried = { indexes: string[]; wholeTables: string[]; rows: number }

/** Carries a call out, takes it back, and says how: of every statement in every function that it came to, as Postgres ran it. */
export async function carryOut(databaseUrl: string, act: (tx: TransactionSql) => Promise<unknown>): Promise<Carried> {
  const plans: Step[] = []
  const sql = postgres(databaseUrl, {
    max: 1,
    onnotice: ({ message = '' }) => {
      const [, json] = /plan:\s*(\{[\s\S]*\})/.exec(message) ?? []
      if (json) plans.push(Explained.parse(JSON.parse(json)).Plan)
    },
  })
  try {
    await sql
      .begin(async (tx) => {
        await tx.unsafe(`
          load 'auto_explain';
          set local auto_explain.log_min_duration = 0;
          set local auto_explain.log_nested_statements = on;
          set local auto_explain.log_analyze = on;
          set local auto_explain.log_timing = off;
          set local auto_explain.log_format = json;
          set local auto_explain.log_level = notice;
          set local client_min_messages = notice;
        `)
        await act(tx)
        throw new TakenBack()
      })
      .catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error
      })
  } finally {
    await sql.end()
  }
  const steps = plans.flatMap(all)
  const scans = steps.filter((step) => step['Node Type'].endsWith('Scan') && (step['Relation Name'] ?? step['Index Name']))
  return {
    indexes: [...new Set(steps.flatMap((step) => step['Index Name'] ?? []))].toSorted(),
    wholeTables: [
      ...new Set(scans.filter((step) => step['Node Type'] === 'Seq Scan').flatMap((step) => step['Relation Name'] ?? [])),
    ].toSorted(),
    rows: scans.reduce((sum, step) => sum + (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'], 0),
  }
}

class TakenBack extends Error {}

const all = (step: Step): Step[] => [step, ...(step.Plans ?? []).flatMap(all)]
