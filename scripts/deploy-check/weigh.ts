import { dirname, resolve } from 'node:path'

/**
 * How many bytes the function is with every package that it reaches, in one piece, as text that nobody made smaller. Deno's own bundler would
 * fetch a program first; Vite's is there. `imports`: the import map, whose packages are found in `place`.
 */
export async function bundledBytes(place: string, entry: string, map: string, imports: Record<string, string>): Promise<number> {
  // Loaded when it is needed: it takes longer than most of the checks.
  const { build } = await import('vite')
  const folder = dirname(resolve(place, map))
  const alias = Object.entries(imports)
    .filter(([, target]) => target.startsWith('.'))
    .map(([find, target]) => ({ find, replacement: `${resolve(folder, target)}/` }))
  const built = await build({
    configFile: false,
    root: place,
    logLevel: 'silent',
    resolve: { alias },
    ssr: { noExternal: true, target: 'webworker' },
    build: { ssr: resolve(place, entry), write: false, minify: false, rolldownOptions: { external: [/^node:/] } },
  })
  const outputs = [built].flat().flatMap((part) => ('output' in part ? part.output : []))
  return outputs.reduce((sum, chunk) => sum + Buffer.byteLength(chunk.type === 'chunk' ? chunk.code : chunk.source), 0)
}
