import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { findSupabaseCli } from './supabase-cli.ts'

/** What `supabase functions deploy` says of the function it sends. */
const Metadata = z.object({ name: z.string(), entrypoint_path: z.string(), import_map_path: z.string(), verify_jwt: z.boolean() })
export type Upload = {
  cli: string
  metadata: z.infer<typeof Metadata>
  /** The files, by their paths in the project. */
  files: ReadonlyMap<string, string>
}

const PROJECT = 'abcdefghijklmnopqrst'

/**
 * Lets the real `supabase functions deploy` of the project in `root` send the function, to a server on 127.0.0.1 that stands in for
 * Supabase's own and keeps what it gets. `folder` is for the CLI's own files.
 * @throws with the CLI's words where it refuses.
 */
export async function recordUpload(name: string, root: string, folder: string): Promise<Upload | null> {
  let sent: { type: string; body: Buffer } | null = null
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isDeploy = request.url?.includes('/functions/deploy') === true
      if (isDeploy) sent = { type: request.headers['content-type'] ?? '', body: Buffer.concat(chunks) }
      const answer = isDeploy
        ? { id: name, slug: name, name, status: 'ACTIVE', version: 1, created_at: 1, updated_at: 1 }
        : { message: 'no' }
      response.writeHead(isDeploy ? 201 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const profile = join(folder, 'profile.yaml')
    await writeFile(
      profile,
      `name: deploy-check\napi_url: ${url}\ndashboard_url: ${url}\nproject_host: 127.0.0.1\npooler_host: 127.0.0.1\n`,
    )
    // Of the form that the CLI asks for; the server above is the only one that sees it.
    const cli = await findSupabaseCli(folder, { SUPABASE_ACCESS_TOKEN: `sbp_${'0'.repeat(40)}` })
    if (cli === null) return null
    const { ok, text } = await cli.run(['functions', 'deploy', name, '--use-api', `--remote=${PROJECT}`, '--profile', profile], root)
    if (sent === null || !ok) throw new Error(lastLines(text))
    return await unpack(sent, cli.version)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function unpack({ type, body }: { type: string; body: Buffer }, cli: string): Promise<Upload> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const said = form.get('metadata')
  const metadata = Metadata.parse(JSON.parse(typeof said === 'string' ? said : ''))
  const files = new Map<string, string>()
  for (const file of form.getAll('file')) if (typeof file !== 'string') files.set(file.name, await file.text())
  return { cli, metadata, files }
}

function lastLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Uploading'))
    .slice(-4)
    .join(' | ')
}
