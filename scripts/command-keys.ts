/**
 * `npm run command-keys`: a new pair of keys for the commands from the edge function to the worker, as lines for their environments. With
 * `-- --add '<COMMAND_PUBLIC_KEYS as they are>'` the worker's line holds the old keys, too. The private key is printed and kept nowhere.
 */
import { parseArgs } from 'node:util'
import { CommandPublicKeys } from '#domain/command-key.ts'
import { newCommandKey } from './stack/command-key.ts'
import { StartError } from './stack/start-error.ts'

const FIRST = `# The first line is the edge function's secret, the second the worker's. Neither is kept here.`
const ROTATION = `# 1. Give the worker its line, which holds the old keys and the new, and restart it.
# 2. Give the edge function its line, and deploy. From now on the new key signs.
# 3. A minute later leave in the worker's line the new key only, and restart it: what the old key signs is refused.`

try {
  const { add } = parseArgs({ options: { add: { type: 'string' } } }).values
  const known = add === undefined ? [] : readKeys(add)
  const key = await newCommandKey()
  const keys = CommandPublicKeys.parse({ keys: [...known, key.public] })
  console.error(add === undefined ? FIRST : ROTATION)
  console.log(`COMMAND_PRIVATE_KEY='${JSON.stringify(key.private)}'`)
  console.log(`COMMAND_PUBLIC_KEYS='${JSON.stringify(keys)}'`)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

/** Refuses with what is wrong, and shows no value: somebody may have pasted the private key. */
function readKeys(text: string): CommandPublicKeys['keys'] {
  let json: unknown = null
  try {
    json = JSON.parse(text)
  } catch {
    throw new StartError('--add: not JSON. It takes the COMMAND_PUBLIC_KEYS that the worker has.')
  }
  const parsed = CommandPublicKeys.safeParse(json)
  if (parsed.success) return parsed.data.keys
  throw new StartError(`--add: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`)
}
