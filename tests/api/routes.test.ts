import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPEN_ROUTES } from '#domain/api.ts'
import { ROUTES } from '../../supabase/functions/whatsapp-session/route.ts'
import { startWorld as startEdgeWorld } from '../edge/support/world.ts'
import type { World as EdgeWorld } from '../edge/support/world.ts'
import { startWorld as startWorkerWorld } from '../worker/support/world.ts'
import type { TestWorker, World as WorkerWorld } from '../worker/support/world.ts'
import { operationsOf, readDocument } from './support/resolve.ts'
import type { DocumentName } from './support/resolve.ts'

/** `GET /path/{name}` of every operation, sorted. */
function documented(name: DocumentName): string[] {
  return operationsOf(readDocument(name))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .toSorted()
}

/** Fills a path's names with examples. */
function filled(path: string): string {
  return path.replace('{message}', '3EB0C767D82B6A1F4E90').replaceAll(/\{\w+\}/g, '3f0c7a52-8f5e-4a86-9f3c-5d0f7a3b2e64')
}

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH']
const inBraces = (path: string): string => path.replaceAll(/:([a-z]+)/g, '{$1}')

describe('the worker', () => {
  let world: WorkerWorld
  let worker: TestWorker
  beforeAll(async () => {
    world = await startWorkerWorld()
    worker = await world.startWorker()
  })
  afterAll(() => world.stop())

  /** What Fastify routes to, read from the tree that it prints. */
  function served(): string[] {
    const parts: string[] = []
    return worker.server
      .printRoutes()
      .split('\n')
      .flatMap((line) => {
        const found = /^([│├└─\s]*)(\S*?)(?: \(([A-Z, ]+)\))?$/u.exec(line)
        if (!found) return []
        const [, indent = '', segment = '', methods] = found
        parts.length = indent.length / 4
        parts.push(segment)
        return methods ? methods.split(', ').map((method) => `${method} ${inBraces(parts.join(''))}`) : []
      })
  }

  it('serves what its document says, and nothing beside it', () => {
    expect(served().toSorted()).toEqual(documented('worker'))
  })

  it('names the right methods to who takes another', async () => {
    for (const path of Object.keys(readDocument('worker').paths)) {
      const { status, headers } = await fetch(worker.url + filled(path), { method: 'PATCH' })
      const wanted = documented('worker').filter((one) => one.endsWith(` ${path}`))
      const told = (headers.get('allow') ?? '').split(', ').map((method) => `${method} ${path}`)
      expect([status, told.toSorted()]).toEqual([405, wanted])
    }
  })

  it('gives the document to everybody', async () => {
    const answer = await fetch(worker.url + OPEN_ROUTES.openapi)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
    expect(await answer.json()).toEqual(readDocument('worker'))
  })
})

describe('the edge function', () => {
  let world: EdgeWorld
  beforeAll(async () => {
    world = await startEdgeWorld()
  })
  afterAll(() => world.stop())

  it('knows the routes that its document says, and none beside them', () => {
    const known = ROUTES.map(({ method, pattern }) => `${method} ${inBraces(`/${pattern.join('/')}`)}`)
    expect([...known, `GET ${OPEN_ROUTES.openapi}`].toSorted()).toEqual(documented('edge'))
  })

  it('answers to each of them, and to no other method', async () => {
    const declared = documented('edge')
    for (const path of Object.keys(readDocument('edge').paths)) {
      const answers: string[] = []
      const told = new Set<string>()
      for (const method of METHODS) {
        const { status, headers } = await world.edge.call(method, filled(path), null)
        if (status !== 405) answers.push(`${method} ${path}`)
        else told.add(headers.get('allow') ?? '')
      }
      const wanted = declared.filter((one) => one.endsWith(` ${path}`))
      expect(answers.toSorted()).toEqual(wanted)
      expect(
        [...told].map((allow) =>
          allow
            .split(', ')
            .map((method) => `${method} ${path}`)
            .toSorted(),
        ),
      ).toEqual([wanted])
    }
  })

  it('gives the document to everybody, as it is', async () => {
    const { status, headers, body } = await world.edge.call('GET', OPEN_ROUTES.openapi, null)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(body).toEqual(readDocument('edge'))
  })
})
