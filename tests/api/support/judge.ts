import { createParser } from 'eventsource-parser'
import type { JsonSchema, OpenApiDocument } from '../../../scripts/openapi/shape.ts'
import { createJudge, operationsOf } from './resolve.ts'
import type { Operation } from './resolve.ts'
import type { Answered } from './send.ts'

export type Judge = (operation: Operation, method: string, answered: Answered) => string | null

/** Whether an answer is one that the document declares for its operation. Returns what is wrong, or `null`. */
export function createAnswerJudge(document: OpenApiDocument): Judge {
  const fits = createJudge(document)
  const operations = operationsOf(document)

  function problemOfBody({ content }: Operation['responses'][string], { headers, text }: Answered): string | null {
    const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
    const declared = content[type]
    if (!declared) return `its type is ${type || 'not told'}`
    if (declared['x-events']) return problemOfEvents(declared['x-events'], text)
    if (type === 'text/plain') return fits(declared.schema, text)
    try {
      return fits(declared.schema, JSON.parse(text))
    } catch {
      return 'it is not JSON'
    }
  }

  function problemOfEvents(schema: JsonSchema, text: string): string | null {
    const problems: string[] = []
    let count = 0
    const parser = createParser({
      onEvent({ event, data }) {
        count++
        const problem = fits(schema, { type: event, ...(JSON.parse(data) as object) })
        if (problem) problems.push(problem)
      },
    })
    parser.feed(text)
    return count === 0 ? 'the stream told nothing' : (problems[0] ?? null)
  }

  return (operation, method, answered) => {
    const { status, headers, text } = answered
    if (status >= 500 && status < 503) return `it is a ${status}`
    if (headers['cache-control'] !== 'no-store') return 'it may be kept by others'
    if (method === 'HEAD') return text === '' ? null : 'an answer to HEAD has a body'
    const asked = operations.find((one) => one.path === operation.path && one.method.toUpperCase() === method)
    if (!asked) {
      if ([400, 404, 413].includes(status)) return null
      return status === 405 && headers['allow'] ? null : `another method is answered with ${status}`
    }
    const declared = asked.responses[String(status)]
    if (!declared) return `the document knows no ${status} here`
    const problem = problemOfBody(declared, answered)
    return problem && `${status}: ${problem}`
  }
}
