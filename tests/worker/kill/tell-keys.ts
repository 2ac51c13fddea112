/**
 * Preload of a worker in the kill loop: each identity that a socket is opened with is written to a file of the test, outside of the
 * worker's folder. So those are known, too, that came and went between two kills.
 */
import { appendFileSync } from 'node:fs'
import { BufferJSON, DEFAULT_CONNECTION_CONFIG } from 'baileys'

const file = process.env['KILL_LOOP_KEYS']
if (!file) throw new Error('KILL_LOOP_KEYS is not set')
const original = DEFAULT_CONNECTION_CONFIG.makeSignalRepository
const told = new Set<string>()
DEFAULT_CONNECTION_CONFIG.makeSignalRepository = (auth, ...rest) => {
  const creds = auth.creds as typeof auth.creds & { noiseKey: { public: Uint8Array } }
  const identity = Buffer.from(creds.noiseKey.public).toString('base64')
  if (!told.has(identity)) appendFileSync(file, `${JSON.stringify(creds, BufferJSON.replacer)}\n`)
  told.add(identity)
  return original(auth, ...rest)
}
