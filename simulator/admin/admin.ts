import type { RequestListener } from 'node:http'
import type { Controls } from '../controls.ts'

export function createAdmin(_controls: Controls): RequestListener {
  return (_request, response) => response.writeHead(404).end()
}
