import { parseEnv } from 'node:util'
import { newCommandKey } from '../../../scripts/stack/command-key.ts'

const pair = await newCommandKey()
const PROJECT = 'abcdefghijklmnopqrst'

/** A token as Supabase's older keys are, signed by nobody. */
export function olderKey(role: string, project = PROJECT): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part({ iss: 'supabase', ref: project, role })}.c2lnbmF0dXJl`
}

/** A secret of this deployment, which no line that is printed may hold. */
export const SECRETS = { service: `sb_secret_${'s'.repeat(22)}_abcdefgh`, command: pair.private.d }

const GOOD = `# --- Worker
WORKER_ID=worker-1
WORKER_HOST=127.0.0.1
WORKER_PORT=8080
WORKER_PUBLIC_URL=https://worker.latchkey.test
WORKER_DATA=/var/lib/latchkey
MASTER_KEYS_FILE=/etc/latchkey/no-such-file
WORKER_REALM=live
SUPABASE_URL=https://${PROJECT}.supabase.co
SUPABASE_SERVICE_ROLE_KEY=${SECRETS.service}
COMMAND_PUBLIC_KEYS=${JSON.stringify({ keys: [pair.public] })}
# --- Edge function
WORKER_ID=worker-1
WORKER_URL=https://worker.latchkey.test
COMMAND_PRIVATE_KEY=${JSON.stringify(pair.private)}
ALLOWED_ORIGINS=https://console.latchkey.test
# --- Dashboard
DASHBOARD_ORIGIN=https://console.latchkey.test
DASHBOARD_CONFIG={"supabaseUrl":"https://${PROJECT}.supabase.co","supabaseKey":"sb_publishable_key","realtime":true,"mail":true}
`

/** A good deployment's settings, with lines replaced: `null` takes one out. A name with a part in front of it changes that part alone. */
export function filled(changes: Record<string, string | null> = {}): string {
  const parts = GOOD.split(/(?=^# --- )/m).map((text) => {
    const [heading = ''] = text.split('\n')
    const settings: Record<string, string | undefined> = parseEnv(text)
    for (const [name, value] of Object.entries(changes)) {
      const [key = '', of] = name.split('@')
      const isHere = of === undefined ? key in settings : heading.toLowerCase().includes(of)
      if (isHere && value === null) delete settings[key]
      else if (isHere) settings[key] = value ?? ''
    }
    return [heading, ...Object.entries(settings).map(([key, value]) => `${key}='${value ?? ''}'`)].join('\n')
  })
  return `${parts.join('\n')}\n`
}
