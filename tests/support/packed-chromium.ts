import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sparticuz, { inflate } from '@sparticuz/chromium'
import * as z from 'zod'

const run = promisify(execFile)
const PACKAGE = join(import.meta.dirname, '../../node_modules/@sparticuz/chromium')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/latchkey')

export type PackedChromium = { executablePath: string; args: string[]; env: Record<string, string> }

/**
 * The Chromium that comes packed with the packages (Linux on x64), unpacked once for each clone. It is unpacked beside its place and
 * moved there, so that test files that begin together never see half of it. Libraries and fonts of its own are lent to it where the system has none.
 */
export async function packedChromium(): Promise<PackedChromium> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')))
  const folder = join(CACHE, `chromium-${version}`)
  if (!existsSync(folder)) await unpack(folder)
  const executablePath = join(folder, 'chromium')
  const linked = await run('ldd', [executablePath]).catch(() => ({ stdout: '' }))
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return {
    executablePath,
    args: sparticuz.args,
    env: {
      ...env,
      ...(linked.stdout.includes('not found') && { LD_LIBRARY_PATH: join(folder, 'al2023/lib') }),
      ...(!existsSync('/etc/fonts/fonts.conf') && { FONTCONFIG_PATH: join(folder, 'fonts') }),
    },
  }
}

async function unpack(folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const beside = await mkdtemp(`${folder}.`)
  const temporary = process.env['TMPDIR']
  // The package unpacks into the system's temporary folder, which other users share, and takes half a file there for a whole one.
  process.env['TMPDIR'] = beside
  try {
    for (const name of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) await inflate(join(PACKAGE, 'bin', name))
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
  await writeFile(join(beside, 'fonts/fonts.conf'), fontsIn(join(folder, 'fonts')))
  try {
    await rename(beside, folder)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

/** The package's own list of fonts names folders of another machine. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}</dir><cachedir>${join(folder, 'cache')}</cachedir></fontconfig>
`
}
