/**
 * `npm run headers -- --supabase https://project.supabase.co [--realtime] [--format nginx|caddy|netlify|json]`: the headers with which a
 * production host is to serve the built page, in the host's own words. `--realtime` where its `/config.json` says `"realtime": true`.
 */
import { parseArgs } from 'node:util'
import { type Headers, securityHeaders } from './stack/security-headers.ts'

const USAGE = 'npm run headers -- --supabase https://<project>.supabase.co [--realtime] [--format nginx|caddy|netlify|json]'

const FORMATS: Record<string, (headers: Headers) => string> = {
  nginx: (headers) => linesOf(headers, (name, value) => `add_header ${name} "${value}" always;`),
  caddy: (headers) => `header {\n${linesOf(headers, (name, value) => `  ${name} "${value}"`)}\n}`,
  netlify: (headers) => `/*\n${linesOf(headers, (name, value) => `  ${name}: ${value}`)}`,
  json: (headers) => JSON.stringify(headers, null, 2),
}

function linesOf(headers: Headers, line: (name: string, value: string) => string): string {
  return Object.entries(headers)
    .map(([name, value]) => line(name, value))
    .join('\n')
}

try {
  const { values } = parseArgs({
    options: { supabase: { type: 'string' }, realtime: { type: 'boolean', default: false }, format: { type: 'string', default: 'nginx' } },
  })
  const format = FORMATS[values.format]
  if (!format || !values.supabase?.startsWith('https://')) throw new TypeError('not such an address, or not such a format')
  console.log(format(securityHeaders({ supabaseUrl: values.supabase, realtime: values.realtime, https: true })))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  process.exit(1)
}
