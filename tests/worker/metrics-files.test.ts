import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { ERROR_CODES } from '#domain/errors.ts'
import { SESSION_ROUTES } from '#domain/routes.ts'
import { eventually } from './support/eventually.ts'
import { readQuery } from './support/promql.ts'
import type { Selector } from './support/promql.ts'
import { scrape, seriesOf, valueOf } from './support/scrape.ts'
import type { Scrape, Series } from './support/scrape.ts'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const Dashboard = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      type: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
})
const { panels } = Dashboard.parse(JSON.parse(read('ops/grafana/latchkey.json')))
const ALERTS = read('ops/prometheus/alerts.yml')
  .split('      - alert: ')
  .slice(1)
  .map((text) => ({ name: text.split('\n')[0] ?? '', text, expr: / {8}expr: (.+)\n/.exec(text)?.[1] ?? '' }))

/** What Prometheus adds by itself. */
const ITS_OWN = new Map<string, Series[]>([['up', [{ labels: {}, value: 1 }]]])
const ITS_LABELS = ['instance', 'job']
/** Values that a worker has once they happened; the rest are there from its first moment. */
const LATER: Record<string, ReadonlySet<string>> = {
  'latchkey_commands_total result': new Set(['ok', 'gone', ...ERROR_CODES]),
  'latchkey_commands_total route': new Set(['list', ...Object.keys(SESSION_ROUTES)]),
}

let world: World
let metrics: Scrape
let series: Map<string, Series[]>
beforeAll(async () => {
  world = await startWorld()
  const worker = await world.spawnWorker()
  const { id } = await world.link(worker)
  await worker.call('GET', `/api/sessions/${id}/status`, { sessionId: id })
  metrics = await eventually(async () => {
    const now = await scrape(worker.url)
    if (valueOf(now, 'latchkey_commands_total', { route: 'status', result: 'ok' }) === 0) throw new Error('the command was not counted yet')
    return now
  })
  series = new Map([...seriesOf(metrics), ...ITS_OWN])
})
afterAll(() => world.stop())

const labelsOf = (metric: string): string[] => [...new Set((series.get(metric) ?? []).flatMap(({ labels }) => Object.keys(labels)))]

/** What of a query no worker has. */
function unknownIn(expression: string, legend = ''): string[] {
  const { selectors, grouped } = readQuery(expression)
  const known = new Set([...ITS_LABELS, ...selectors.flatMap(({ metric }) => labelsOf(metric))])
  const shown = [...legend.matchAll(/\{\{ *(?:\$labels\.)?(\w+) *\}\}/g)].map(([, label = '']) => label)
  const labels = [...grouped, ...shown].filter((label) => !known.has(label))
  return [...labels.map((label) => `label ${label}`), ...selectors.flatMap(unknownOf)]
}

function unknownOf({ metric, matchers }: Selector): string[] {
  if (!series.has(metric)) return [`metric ${metric}`]
  return matchers.flatMap(({ label, value }) => {
    if (ITS_LABELS.includes(label)) return []
    if (!labelsOf(metric).includes(label)) return [`label ${label} of ${metric}`]
    const values = LATER[`${metric} ${label}`] ?? new Set((series.get(metric) ?? []).map(({ labels }) => labels[label] ?? ''))
    return value.split('|').flatMap((one) => (values.has(one) ? [] : [`${metric}{${label}="${one}"}`]))
  })
}

describe('the dashboard', () => {
  it('asks for nothing that a worker does not have, neither metric nor label nor value', () => {
    const targets = panels.flatMap(({ title, targets: all }) => all.map((target) => ({ title, ...target })))
    expect(targets.length).toBeGreaterThan(30)
    expect(targets.flatMap(({ title, expr, legendFormat }) => unknownIn(expr, legendFormat).map((one) => `${title}: ${one}`))).toEqual([])
  })

  it('shows every metric of ours somewhere', () => {
    const shown = new Set(
      panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => readQuery(expr).selectors.map((one) => one.metric))),
    )
    const ours = [...metrics.values()].filter(({ name }) => name.startsWith('latchkey_'))
    expect(ours.filter((one) => ![...one.series.keys()].some((name) => shown.has(name))).map(({ name }) => name)).toEqual([])
  })

  it('has no two panels in one place, and none beyond the edge', () => {
    const cellsOf = ({ gridPos: { x, y, w, h } }: (typeof panels)[number]): string[] =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`)
    const cells = panels.flatMap(cellsOf)
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([])
  })
})

describe('the alerts', () => {
  it('ask for nothing that a worker does not have', () => {
    expect(ALERTS.length).toBeGreaterThan(15)
    expect(ALERTS.flatMap(({ name, expr, text }) => unknownIn(expr, text).map((one) => `${name}: ${one}`))).toEqual([])
  })

  it('have names of their own, say how bad it is, and what it means', () => {
    expect(new Set(ALERTS.map(({ name }) => name)).size).toBe(ALERTS.length)
    for (const { text } of ALERTS) {
      expect(text).toMatch(/labels: \{ severity: (?:critical|warning) \}/)
      expect(text).toMatch(/\n {10}summary: \S/)
    }
  })
})

describe('the page about metrics', () => {
  it('describes each metric of ours with its type and its labels, and no other', () => {
    const described = [...read('docs/reference/metrics.md').matchAll(/^\| `(latchkey_\w+)` +\| (\w+) +\| ([\w, ]*?) *\| \S/gm)].map(
      ([, name, type, labels]) => `${name} ${type} (${labels})`,
    )
    const real = [...metrics.values()]
      .filter(({ name }) => name.startsWith('latchkey_'))
      .map(({ name, type, series: all }) => {
        const labels = new Set([...all.values()].flat().flatMap((one) => Object.keys(one.labels)))
        return `${name} ${type} (${[...labels].filter((label) => label !== 'le').join(', ')})`
      })
    expect(described.toSorted()).toEqual(real.toSorted())
  })
})
