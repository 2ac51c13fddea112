import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../support/database.ts'
import { splinter, type Finding } from './splinter.ts'
import { VIOLATIONS } from './violations.ts'

let db: TestDatabase
let findings: Finding[]
let findingsOfViolations: Finding[]
beforeAll(async () => {
  db = await startTestDatabase()
  findings = await splinter(db.databaseUrl)
  for (const { sql } of VIOLATIONS) await db.sql.unsafe(sql)
  findingsOfViolations = await splinter(db.databaseUrl, ['public', 'pgmq_public'])
}, 60_000)
afterAll(() => db.stop())

describe("Supabase's own linter", () => {
  it('finds nothing in the schema at ERROR or WARN', () => {
    expect(findings.filter(({ level }) => level !== 'INFO')).toEqual([])
  })

  it('has nothing to remark either but a table that is nobody’s on purpose, and indexes that a fresh database has not used yet', () => {
    const remarks = findings.filter(({ name }) => name !== 'unused_index')
    expect(remarks.map(({ detail }) => detail)).toEqual(['Table `public.whatsapp_workers` has RLS enabled, but no policies exist'])
  })

  it.each(VIOLATIONS)('finds $found when it is there: $lint is awake', ({ lint, level, found }) => {
    const seen = findingsOfViolations.filter(({ name, detail }) => name === lint && detail.includes(found))
    expect(seen.map((finding) => finding.level)).toContain(level)
  })
})
