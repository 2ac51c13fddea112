/**
 * Preload of the canary's worker: writes the identities that it opens sockets with, and the commands that reach it, to a file of the test,
 * which must know them to look for them. QRs change every three seconds, so that there are several.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { IncomingMessage } from 'node:http'
import { BufferJSON, DEFAULT_CONNECTION_CONFIG } from 'baileys'

const file = process.env['CANARY_FILE']
if (!file) throw new Error('CANARY_FILE is not set')
const told = new Set<string>()
const tell = (line: object): void => {
  const text = JSON.stringify(line, BufferJSON.replacer)
  if (!told.has(text)) appendFileSync(file, `${text}\n`)
  told.add(text)
}

DEFAULT_CONNECTION_CONFIG.qrTimeout = 3000
const original = DEFAULT_CONNECTION_CONFIG.makeSignalRepository
DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (auth, ...rest) => {
  tell({ creds: auth.creds })
  return original(auth, ...rest)
}
subscribe('http.server.request.start', (message) => {
  const request = (message as { request?: unknown }).request
  const { authorization } = request instanceof IncomingMessage ? request.headers : {}
  if (authorization) tell({ command: authorization.replace(/^Bearer /, '') })
})
