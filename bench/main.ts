/** `npm run bench <name>`: runs one of the benches beside this file. */
const BENCHES = {
  clear: () => import('./clear.ts'),
  control: () => import('./control.ts'),
  dashboard: () => import('./dashboard.ts'),
  density: () => import('./density.ts'),
  fleet: () => import('./fleet.ts'),
  link: () => import('./link.ts'),
  store: () => import('./store.ts'),
} as const

const name = process.argv[2] ?? ''
if (!Object.hasOwn(BENCHES, name)) {
  console.error(`Which bench? ${Object.keys(BENCHES).join(', ')}`)
  process.exit(2)
}
const bench = await BENCHES[name as keyof typeof BENCHES]()
await bench.run()
