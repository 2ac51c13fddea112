import { expect } from 'vitest'

/** One number of a page of metrics. */
export type Series = { labels: Record<string, string>; value: number }
/** A metric as Prometheus reads it. `series` by the names that stand on the page: a histogram has three. */
export type Metric = { name: string; type: string; help: string; series: Map<string, Series[]> }
export type Scrape = Map<string, Metric>

/** Reads the worker's metrics as Prometheus does. */
export async function scrape(url: string, headers: Record<string, string> = {}): Promise<Scrape> {
  const answer = await fetch(`${url}/metrics`, { headers })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return readScrape(await answer.text())
}

function readScrape(text: string): Scrape {
  const metrics: Scrape = new Map()
  let metric: Metric | undefined
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, about, of = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (about === 'HELP') metrics.set(of, (metric = { name: of, type: '', help: rest, series: new Map() }))
    if (!metric) throw new Error(`a number before its metric: ${line}`)
    if (about === 'TYPE') metric.type = rest
    if (about) continue
    const [, name = '', labels = '', value = ''] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (!name.startsWith(metric.name)) throw new Error(`no number of ${metric.name}: ${line}`)
    metric.series.set(name, [
      ...(metric.series.get(name) ?? []),
      { labels: readLabels(labels), value: Number(value.replace('Nan', 'NaN')) },
    ])
  }
  return metrics
}

function readLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]))
}

/** All numbers by the names that queries use. */
export function seriesOf(metrics: Scrape): Map<string, Series[]> {
  return new Map([...metrics.values()].flatMap(({ series }) => Array.from(series)))
}

/** The sum of the numbers of `name` whose labels are those given. */
export function valueOf(metrics: Scrape, name: string, labels: Record<string, string> = {}): number {
  const all = seriesOf(metrics).get(name)
  if (!all) throw new Error(`there is no ${name}`)
  const mine = all.filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
  return mine.reduce((sum, one) => sum + one.value, 0)
}
