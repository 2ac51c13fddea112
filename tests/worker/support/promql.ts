import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

/** One place where a query takes numbers from. */
export type Selector = { metric: string; matchers: { label: string; operator: string; value: string }[] }
/** What a query asks for. `grouped`: the labels that it sums by, or leaves out. */
export type Query = { selectors: Selector[]; grouped: string[] }

/** What Grafana puts in before it asks; any duration will do. */
const DURATIONS = /\$__(?:rate_interval|interval|range)\b/g

/** Reads a query by Prometheus' own grammar. Throws where it is none. */
export function readQuery(text: string): Query {
  const source = text.replaceAll(DURATIONS, '5m')
  const query: Query = { selectors: [], grouped: [] }
  const textOf = (node: SyntaxNode | null): string => (node ? source.slice(node.from, node.to) : '')
  parser.parse(source).iterate({
    enter({ type, node, from }) {
      if (type.isError) throw new Error(`no query: ${source} (at ${from})`)
      if (type.name === 'VectorSelector') query.selectors.push({ metric: textOf(node.getChild('Identifier')), matchers: [] })
      if (type.name === 'GroupingLabels') query.grouped.push(...node.getChildren('LabelName').map(textOf))
      if (type.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => textOf(node.getChild(name)))
        query.selectors.at(-1)?.matchers.push({ label: label ?? '', operator: operator ?? '', value: (value ?? '').slice(1, -1) })
      }
    },
  })
  if (query.selectors.length === 0) throw new Error(`a query for nothing: ${source}`)
  return query
}
